// Sends messages with Nodemailer on one connection: HOST PORT CLIENT-ADDRESS FROM RECIPIENTS WISHES FILE...
// Recipients and wishes are separated by commas. Ends with 1 and the server's words where a message was refused. The
// environment says how the server is reached: WAY, SERVER_NAME and AUTHORITY; MECHANISM, LOGIN_USER and LOGIN_SECRET.
'use strict';
const fs = require('fs');
const nodemailer = require('nodemailer');

const [host, port, localAddress, from, recipients, wishes, ...files] = process.argv.slice(2);
const {WAY, SERVER_NAME, AUTHORITY, MECHANISM, LOGIN_USER, LOGIN_SECRET} = process.env;

function access() {
    if (WAY === 'PLAIN') return {ignoreTLS: true};
    const tls = {ca: fs.readFileSync(AUTHORITY), servername: SERVER_NAME};
    return WAY === 'IMPLICIT' ? {secure: true, tls} : {requireTLS: true, tls};
}

function login() {
    if (!MECHANISM) return {};
    if (MECHANISM === 'XOAUTH2') return {auth: {type: 'OAuth2', user: LOGIN_USER, accessToken: LOGIN_SECRET}};
    return {auth: {user: LOGIN_USER, pass: LOGIN_SECRET}, authMethod: MECHANISM};
}

const transport = nodemailer.createTransport({
    host, port, localAddress, name: 'client.sender.example', pool: true, maxConnections: 1, ...access(), ...login()
});
const dsn = {id: 'errand+1', return: 'headers', notify: ['success', 'failure'], recipient: from};

async function send() {
    for (const file of files) {
        const raw = fs.readFileSync(file);
        const envelope = {from, to: recipients.split(','), use8BitMime: true};
        const mail = wishes.includes('DSN') ? {envelope, raw, dsn} : {envelope, raw};
        const info = await transport.sendMail(mail);
        console.log(info.response, ...(info.rejectedErrors || []).map(each => each.response));
    }
}

send()
    .catch(failure => {
        console.log(failure.message);
        process.exitCode = 1;
    })
    .finally(() => transport.close());
