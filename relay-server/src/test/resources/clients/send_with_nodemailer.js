// Sends messages with Nodemailer on one connection: HOST PORT CLIENT-ADDRESS FROM RECIPIENTS WISHES FILE...
// Recipients and wishes are separated by commas. Ends with 1 and the server's words where a message was refused.
'use strict';
const fs = require('fs');
const nodemailer = require('nodemailer');

const [host, port, localAddress, from, recipients, wishes, ...files] = process.argv.slice(2);
const transport = nodemailer.createTransport({
    host, port, localAddress, name: 'client.sender.example', ignoreTLS: true, pool: true, maxConnections: 1
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
