"""Works a unit's letters in a real Thunderbird: reads them, clicks their links, replies; keeps what was sent.

usage: drive.py --unit dongfeng --out FOLDER [--var var] [--domain tips.example.invalid] [--mail ADDRESS]
                [--smtp-port N] [--receive "COMMAND"]

Reads VAR/mail/UNIT/new, VAR/keys/UNIT.secret.asc and VAR/keys/service.cert.asc. Leaves screenshots and sent/*.eml in
FOLDER. --smtp-port sends through a server that is already there (Postfix); otherwise one of our own keeps the mail.
--receive pipes each kept mail into COMMAND (`tip-service receive-mail --config …`) and shows its exit code.
Exit code 1: something an officer relies on did not hold.
"""

import argparse
import shlex
import subprocess
import sys
from pathlib import Path

from thunderbird import OFFICER, QUOTES_ABOVE, QUOTES_BELOW, Thunderbird, free_port

HARNESS = Path(__file__).resolve().parent.parent / "harness"
PYTHON = HARNESS.parent.parent / "var/tools/venv/bin/python"
WORDS = "询问\n大棚在村东头第几家？\n门前有什么记号？"

failures = []


def expect(holds, what):
    print(("ok    " if holds else "FAILS ") + what)
    if not holds:
        failures.append(what)


def letters(folder):
    """Oldest first, as they would have come in."""
    return [path.read_bytes() for path in sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)]


def sealed(name, state):
    """Whether what stands in the compose window is to leave encrypted and signed. A warning alone is no failure:
    Thunderbird reads the alias rules anew for each window and now and then looks for a key before it has; Send looks
    again, and sends nothing that it cannot encrypt."""
    expect(state["encrypted"] and state["signed"], f"{name}: encrypted and signed, to {state['to']}")
    for warning in state["warnings"]:
        print(f"note  {warning}")


def work(bird, count):
    first = None
    for row in range(count):
        letter = bird.read(row)
        bird.shot(f"letter-{row}")
        print(f"\n— row {row}, level {letter['level']}: {letter['subject']}  {letter['attachments']}")
        expect("Encrypted message" not in letter["subject"], "decrypted, protected subject shown")
        if first is None and letter["links"]:
            first = row
    bird.shot("list")
    if first is None:
        expect(False, "a letter has links to reply by")
        return
    links(bird, first)
    replies(bird, first)


def links(bird, row):
    for number, link in enumerate(bird.read(row)["links"]):
        print(f"\n— link {number}: {link}")
        state = bird.click(number)
        bird.shot(f"link-{number}")
        print(f"subject {state['subject']!r} body {state['body']!r}")
        sealed(f"link {number}", state)
        expect(state["body"].strip() != "", f"link {number}: the body is filled in")
        if number > 1:
            bird.discard()
            continue
        if state["body"].rstrip().endswith("\uff1a"):
            # A link leaves the cursor in front of the command.
            bird.type("大棚在村东头第几家？", after_end_key=True)
            bird.shot(f"link-{number}-filled-in")
        expect(bird.send(), f"link {number}: sent")


def replies(bird, row):
    ways = [("as OFFICERS.md says", {}), ("below the quote, HTML editor", QUOTES_ABOVE), ("above the quote", QUOTES_BELOW)]
    for number, (name, prefs) in enumerate(ways):
        print(f"\n— reply {number}: {name}")
        bird.set(prefs)
        bird.read(row)
        state = bird.reply()
        sealed(f"reply {number}", state)
        bird.type(WORDS)
        bird.shot(f"reply-{number}")
        expect(bird.send(), f"reply {number}: sent")
        bird.set(OFFICER)


def receive(command, sent):
    for path in sent:
        with open(path, "rb") as mail:
            result = subprocess.run(shlex.split(command), stdin=mail, capture_output=True, text=True)
        print(f"{path.name}: exit {result.returncode} {result.stdout.strip()} {result.stderr.strip()}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--unit", required=True)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--var", default=Path("var"), type=Path)
    parser.add_argument("--domain", default="tips.example.invalid")
    parser.add_argument("--mail")
    parser.add_argument("--smtp-port", type=int)
    parser.add_argument("--receive")
    options = parser.parse_args()
    out = options.out.resolve()
    sent = out / "sent"
    sent.mkdir(parents=True, exist_ok=True)
    keys = options.var / "keys"
    port, server = options.smtp_port, None
    if port is None:
        port = free_port()
        server = subprocess.Popen(
            [str(PYTHON), str(HARNESS / "smtp_server.py"), "--port", str(port), "--folder", str(sent),
             "--mode", "no-starttls"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        server.stdout.readline()
    mail = options.mail or f"{options.unit}@units.example.invalid"
    try:
        bird = Thunderbird(out, mail, port, letters(options.var / "mail" / options.unit / "new"))
        try:
            bird.import_keys((keys / f"{options.unit}.secret.asc").read_text(),
                             (keys / "service.cert.asc").read_text(), options.domain)
            work(bird, bird.inbox())
        except Exception:
            bird.shot("failed")
            raise
        finally:
            bird.close()
    finally:
        if server:
            server.terminate()
            server.wait()
    if options.receive:
        print()
        receive(options.receive, sorted(sent.glob("*.eml")))
    print(f"\n{out}: {len(failures)} failures")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
