"""Sends messages with smtplib on one connection: HOST PORT CLIENT-ADDRESS FROM RECIPIENTS WISHES FILE...

Recipients and wishes are separated by commas. Ends with 1 and the server's words where a message was refused. The
environment says how the server is reached: WAY, SERVER_NAME and AUTHORITY; MECHANISM, LOGIN_USER and LOGIN_SECRET.
"""

import os
import smtplib
import socket
import ssl
import sys

host, port, client_address, sender, recipients, wishes = sys.argv[1:7]
mail_options, rcpt_options = ["BODY=8BITMIME"], []
if "DSN" in wishes:
    mail_options += ["RET=HDRS", "ENVID=errand+2B1"]
    rcpt_options += ["NOTIFY=SUCCESS,FAILURE"]
if "UTF8" in wishes:
    mail_options += ["SMTPUTF8"]


def words(replies):
    return "\n".join("%s: %d %s" % (who, code, text.decode()) for who, (code, text) in replies.items())


way, name = os.environ["WAY"], os.environ["SERVER_NAME"]
mechanism, user, secret = (os.environ[key] for key in ("MECHANISM", "LOGIN_USER", "LOGIN_SECRET"))
resolve = socket.getaddrinfo
socket.getaddrinfo = lambda asked, *rest, **more: resolve(host if asked == name else asked, *rest, **more)


def connect():
    where = (name, int(port), "client.sender.example")
    if way == "PLAIN":
        return smtplib.SMTP(*where, timeout=60, source_address=(client_address, 0))
    context = ssl.create_default_context(cafile=os.environ["AUTHORITY"])
    if way == "IMPLICIT":
        return smtplib.SMTP_SSL(*where, timeout=60, source_address=(client_address, 0), context=context)
    client = smtplib.SMTP(*where, timeout=60, source_address=(client_address, 0))
    client.starttls(context=context)
    return client


def login(client):
    client.ehlo_or_helo_if_needed()
    client.user, client.password = user, secret
    answers = {
        "PLAIN": client.auth_plain,
        "LOGIN": client.auth_login,
        "XOAUTH2": lambda challenge=None: "user=%s\1auth=Bearer %s\1\1" % (user, secret),
    }
    client.auth(mechanism, answers[mechanism], initial_response_ok=mechanism != "LOGIN")


try:
    with connect() as client:
        if mechanism:
            login(client)
        for file in sys.argv[7:]:
            with open(file, "rb") as message:
                refused = client.sendmail(sender, recipients.split(","), message.read(), mail_options, rcpt_options)
            print(words(refused))
except smtplib.SMTPRecipientsRefused as failure:
    sys.exit(words(failure.recipients))
except smtplib.SMTPNotSupportedError as failure:
    sys.exit(str(failure))
except ssl.SSLError as failure:
    sys.exit(str(failure))
except smtplib.SMTPResponseException as failure:
    sys.exit("%d %s" % (failure.smtp_code, failure.smtp_error.decode()))
