"""Sends messages with smtplib on one connection: HOST PORT CLIENT-ADDRESS FROM RECIPIENTS WISHES FILE...

Recipients and wishes are separated by commas. Ends with 1 and the server's words where a message was refused.
"""

import smtplib
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


try:
    with smtplib.SMTP(host, int(port), "client.sender.example", 60, (client_address, 0)) as client:
        for file in sys.argv[7:]:
            with open(file, "rb") as message:
                refused = client.sendmail(sender, recipients.split(","), message.read(), mail_options, rcpt_options)
            print(words(refused))
except smtplib.SMTPRecipientsRefused as failure:
    sys.exit(words(failure.recipients))
except smtplib.SMTPNotSupportedError as failure:
    sys.exit(str(failure))
except smtplib.SMTPResponseException as failure:
    sys.exit("%d %s" % (failure.smtp_code, failure.smtp_error.decode()))
