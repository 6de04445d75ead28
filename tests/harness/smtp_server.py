"""A real SMTP server for the stories, on aiosmtpd: STARTTLS and AUTH required, every message kept
byte for byte. Its --mode makes it fail in the one way a story is about.

usage: smtp_server.py --port N --folder DIR [--certificate PEM --key PEM] [--user U --password P]
                      [--mode normal|no-starttls|rcpt-4xx|rcpt-5xx|data-4xx|data-5xx|silent|close-in-data|faulty|few]

Writes DIR/<number>.eml for each accepted message and a line to DIR/events for whatever happens. A faulty server reads
DIR/fault at each step: "STEP HOW", the step one of connect, ehlo, starttls, auth, mail, rcpt, data, body, end, quit, and
how it fails one of 4xx, 5xx, drop, or a number of seconds after which it goes on.
"""

import argparse
import asyncio
import itertools
import os
import ssl

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

REFUSALS = {
    "rcpt-4xx": ("rcpt", "450 4.2.0 Mailbox busy"),
    "rcpt-5xx": ("rcpt", "550 5.1.1 No such mailbox"),
    "data-4xx": ("data", "451 4.3.0 Try again later"),
    "data-5xx": ("data", "554 5.6.0 Message refused"),
}


class Keeper:
    """aiosmtpd's handler: refuses where the mode says so, keeps everything else."""

    def __init__(self, folder, mode):
        self.folder, self.numbers = folder, itertools.count(1)
        self.stage, self.refusal = REFUSALS.get(mode, (None, None))
        self.few = mode == "few"

    def note(self, event):
        with open(os.path.join(self.folder, "events"), "a", encoding="utf-8") as events:
            events.write(event + "\n")

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        self.note(f"EHLO {hostname} tls={session.ssl is not None}")
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):
        self.note(f"MAIL {address}")
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        self.note(f"RCPT {address}")
        if self.stage == "rcpt":
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.few and envelope.original_content.count(b"message/rfc822") > 4:
            self.note("REFUSED")
            return "552 5.3.4 Message too big"
        if self.stage == "data":
            self.note("REFUSED")
            return self.refusal
        if isinstance(server, Faulty) and await server.refuses():
            return "451 4.3.0 Not now"
        name = os.path.join(self.folder, f"{next(self.numbers):06}")
        with open(name + ".tmp", "wb") as message:
            message.write(envelope.original_content)
        os.rename(name + ".tmp", name + ".eml")
        self.note("KEPT")
        if isinstance(server, Faulty):
            return await server.verdict()
        return "250 OK"


class HangsUp(SMTP):
    """Takes DATA's command and then closes, as a server that dies in the middle does."""

    async def smtp_DATA(self, arg):
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        self.event_handler.note("HUNG UP")
        self.transport.abort()


FAULTS = {"4xx": "451 4.3.0 Not now", "5xx": "554 5.7.1 Never"}


class Faulty(SMTP):
    """Fails at the step that DIR/fault names. A letter whose end it took too long over is kept all the same; the next
    one on that connection is refused."""

    late = False

    def fault(self, step):
        """How it is to fail at this step; nothing when it is not."""
        try:
            with open(os.path.join(self.event_handler.folder, "fault"), encoding="ascii") as fault:
                where, how = fault.read().split()
        except (FileNotFoundError, ValueError):
            return None
        if where != step:
            return None
        self.event_handler.note(f"FAULT {step} {how}")
        return how

    async def fails(self, step):
        """Fails here if it is to; then nothing more is to be said about this command."""
        how = self.fault(step)
        if how == "drop":
            self.transport.abort()
        elif how in FAULTS:
            await SMTP.push(self, FAULTS[how])
        elif how:
            await asyncio.sleep(float(how))
        return how == "drop" or how in FAULTS

    async def refuses(self):
        """Whether the letter that has just come is refused unread."""
        if self.late:
            self.event_handler.note("REFUSED")
        return self.late

    async def verdict(self):
        """What is said of a letter that is kept: a server may lie about that, or be slow to tell."""
        how = self.fault("end")
        if how == "drop":
            self.transport.abort()
        elif how and how not in FAULTS:
            await asyncio.sleep(float(how))
            self.late = True
        return FAULTS.get(how, "250 OK")

    async def push(self, status):
        greets = isinstance(status, str) and status.startswith("220 localhost")
        if greets and await self.fails("connect"):
            self.transport.close()
        else:
            await super().push(status)

    async def smtp_DATA(self, arg):
        if await self.fails("data"):
            return
        if self.fault("body") == "drop":
            await super().push("354 Go on")
            await self._reader.read(200)
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


def failing(step):
    command = "smtp_" + step.upper()
    regular = getattr(SMTP, command)

    async def method(self, arg):
        if not await self.fails(step):
            await regular(self, arg)

    setattr(Faulty, command, method)


for step in ("ehlo", "starttls", "auth", "mail", "rcpt", "quit"):
    failing(step)


async def silent(reader, writer):
    """Accepts the connection and never says a word."""
    await reader.read()


def authenticator(user, password):
    def check(server, session, envelope, mechanism, data):
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (user, password)
        return AuthResult(success=good, handled=False)

    return check


async def serve(options):
    os.makedirs(options.folder, exist_ok=True)
    keeper = Keeper(options.folder, options.mode)
    if options.mode == "silent":
        async def noted(reader, writer):
            keeper.note("CONNECTED")
            await silent(reader, writer)

        server = await asyncio.start_server(noted, "127.0.0.1", options.port)
    else:
        settings = {"hostname": "localhost", "enable_SMTPUTF8": False}
        if options.mode != "no-starttls":
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(options.certificate, options.key)
            settings |= {"tls_context": context, "require_starttls": True}
        if options.user:
            settings |= {
                "authenticator": authenticator(options.user.encode(), options.password.encode()),
                "auth_required": options.mode != "no-starttls",
                "auth_require_tls": options.mode != "no-starttls",
            }
        kind = {"close-in-data": HangsUp, "faulty": Faulty}.get(options.mode, SMTP)
        server = await asyncio.get_running_loop().create_server(
            lambda: kind(keeper, **settings), "127.0.0.1", options.port
        )
    print("ready", flush=True)
    async with server:
        await server.serve_forever()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--mode", default="normal")
    for name in ("certificate", "key", "user", "password"):
        parser.add_argument("--" + name)
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
