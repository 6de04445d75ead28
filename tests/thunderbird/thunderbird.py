"""A Thunderbird of its own: fresh profile, one account, its own virtual display, driven as a hand would.

Nothing of it leaves the machine: no updates, no telemetry, no start page, one outgoing server on localhost.
"""

import json
import os
import shutil
import socket
import subprocess
from pathlib import Path

from marionette import Marionette

QUIET = {
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "datareporting.policy.dataSubmissionPolicyBypassNotification": True,
    "extensions.update.enabled": False,
    "mail.inappnotifications.enabled": False,
    "mail.openpgp.keyserver_list": "",
    "mail.provider.suppress_dialog_on_startup": True,
    "mail.rights.version": 1,
    "mail.shell.checkDefaultClient": False,
    "mail.spotlight.firstRunDone": True,
    "mail.winsearch.firstRunDone": True,
    "mailnews.start_page.enabled": False,
    "mailnews.start_page_override.mstone": "ignore",
    "network.proxy.type": 0,
    "toolkit.telemetry.enabled": False,
}

# What OFFICERS.md tells an officer to set.
OFFICER = {
    "mail.openpgp.alias_rules_file": "openpgp-alias.json",
    "mail.identity.id1.auto_quote": False,
    "mail.identity.id1.compose_html": False,
    "mail.identity.id1.encryptionpolicy": 2,
}

# Thunderbird's own defaults for the same, and the other place for a reply.
QUOTES_ABOVE = {"mail.identity.id1.auto_quote": True, "mail.identity.id1.compose_html": True,
                "mail.identity.id1.reply_on_top": 0}
QUOTES_BELOW = {"mail.identity.id1.auto_quote": True, "mail.identity.id1.compose_html": False,
                "mail.identity.id1.reply_on_top": 1}

PRELUDE = """
const pause = ms => new Promise(done => setTimeout(done, ms));
const until = async (what, seconds = 30) => {
  for (let i = 0; i < seconds * 20; i++) { const value = what(); if (value) return value; await pause(50); }
  throw new Error("waited in vain for " + what);
};
const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const tabmail = await until(() => document.getElementById("tabmail"));
const list = await until(() => tabmail.currentAbout3Pane);
const wayBack = link => /^mailto:reply(\\+|%2B)[^?]*\\?/i.test(link);
const compose = () => Services.wm.getMostRecentWindow("msgcompose");
// Ready: the editor is loaded and the keys for the address have been looked up.
const composed = async () => {
  const w = await until(() => compose()?.gMsgCompose?.compFields && compose());
  await until(() => w.gWindowLoaded !== false && w.document.getElementById("messageEditor")?.contentDocument?.body);
  await pause(2500);
  return w;
};
"""

KEYS = """
const { RNP } = ChromeUtils.importESModule("chrome://openpgp/content/modules/RNP.sys.mjs");
const { PgpSqliteDb2 } = ChromeUtils.importESModule("chrome://openpgp/content/modules/sqliteDb.sys.mjs");
const { EnigmailKeyRing } = ChromeUtils.importESModule("chrome://openpgp/content/modules/keyRing.sys.mjs");
await RNP.importSecKeyBlockImpl(window, () => "", false, args[0]);
if (args[1]) await RNP.importPubkeyBlockAutoAcceptImpl(window, args[1], "undecided");
EnigmailKeyRing.clearCache();
const keys = EnigmailKeyRing.getAllKeys(null, null).keyList;
const own = keys.find(key => key.secretAvailable), other = keys.find(key => !key.secretAvailable);
await PgpSqliteDb2.acceptAsPersonalKey(own.fpr);
Services.prefs.setStringPref("mail.identity.id1.openpgp_key_id", own.keyId);
return { own: own.fpr, service: other ? other.fpr : null };
"""

INBOX = """
window.moveTo(0, 0); window.resizeTo(1400, 1000);
const inbox = MailServices.accounts.accounts[0].incomingServer.rootFolder.getChildNamed("Inbox");
list.displayFolder(inbox.URI);
await until(() => list.gDBView && list.gDBView.rowCount > 0);
list.gDBView.doCommand(Ci.nsMsgViewCommandType.expandAll);
return list.gDBView.rowCount;
"""

READ = """
const view = list.gDBView;
list.threadTree.selectedIndex = -1;
await pause(200);
list.threadTree.selectedIndex = args[0];
await until(() => tabmail.currentAboutMessage?.getMessagePaneBrowser()?.contentDocument?.body);
await pause(3000);
const pane = tabmail.currentAboutMessage;
const content = pane.getMessagePaneBrowser().contentDocument;
return {
  level: view.getLevel(args[0]),
  subject: pane.document.getElementById("expandedsubjectBox").textContent.replace(/^Subject:|^主题：?/, "").trim(),
  listed: view.cellTextForColumn(args[0], "subjectCol"),
  attachments: pane.currentAttachments.map(attachment => attachment.name),
  links: Array.from(content.links).map(link => link.href).filter(wayBack),
  text: content.body.innerText,
};
"""

CLICK = """
const content = tabmail.currentAboutMessage.getMessagePaneBrowser().contentDocument;
const link = Array.from(content.links).filter(link => wayBack(link.href))[args[0]];
link.dispatchEvent(new content.defaultView.MouseEvent("click", { bubbles: true, cancelable: true, button: 0 }));
await composed();
"""

REPLY = """
tabmail.currentAboutMessage.document.getElementById("hdrReplyButton").click();
await composed();
"""

STATE = """
const w = compose(), document_ = w.document;
return {
  to: Array.from(document_.querySelectorAll("#toAddrContainer mail-address-pill")).map(pill => pill.fullAddress),
  subject: document_.getElementById("msgSubject").value,
  encrypted: w.gSendEncrypted, signed: w.gSendSigned, html: w.gMsgCompose.composeHTML,
  warnings: Array.from(document_.querySelectorAll("notification-message")).map(
    note => (note.messageText?.textContent || note.textContent).trim()),
  body: document_.getElementById("messageEditor").contentDocument.body.innerText,
};
"""

TYPE = """
const w = compose(), editor = w.document.getElementById("messageEditor");
w.focus(); editor.focus(); editor.contentWindow.focus();
await pause(300);
if (args[1]) w.goDoCommand("cmd_endLine");
const keyboard = Cc["@mozilla.org/text-input-processor;1"].createInstance(Ci.nsITextInputProcessor);
keyboard.beginInputTransactionForTests(w);
args[0].split("\\n").forEach((line, n) => {
  if (n) {
    const enter = new w.KeyboardEvent("", { key: "Enter", code: "Enter", keyCode: 13 });
    keyboard.keydown(enter); keyboard.keyup(enter);
  }
  if (line) keyboard.commitCompositionWith(line);
});
await pause(300);
"""

SEND = """
const w = compose();
w.setTimeout(() => w.goDoCommand("cmd_sendButton"), 0);
for (let i = 0; i < 200 && !w.closed; i++) await pause(50);
return w.closed;
"""

DISCARD = """
for (const w of Array.from(Services.wm.getEnumerator("msgcompose"))) {
  w.gMsgCompose.bodyModified = false; w.gContentChanged = false; w.close();
}
await until(() => !compose());
"""

PREFS = """
for (const [name, value] of Object.entries(args[0])) {
  if (typeof value == "boolean") Services.prefs.setBoolPref(name, value);
  else if (typeof value == "number") Services.prefs.setIntPref(name, value);
  else Services.prefs.setStringPref(name, value);
}
"""


def account(mail, smtp_port):
    """One POP account whose server is never asked: letters are put into its Inbox. Sends to localhost."""
    server, local, smtp = "mail.server.server1.", "mail.server.server2.", "mail.smtpserver.smtp1."
    return {
        "mail.accountmanager.accounts": "account1,account2",
        "mail.accountmanager.defaultaccount": "account1",
        "mail.accountmanager.localfoldersserver": "server2",
        "mail.account.account1.server": "server1",
        "mail.account.account1.identities": "id1",
        "mail.account.account2.server": "server2",
        "mail.account.lastKey": 2,
        server + "type": "pop3",
        server + "hostname": "pop.invalid",
        server + "userName": mail.split("@")[0],
        server + "name": mail,
        server + "directory-rel": "[ProfD]Mail/unit",
        server + "storeContractID": "@mozilla.org/msgstore/berkeleystore;1",
        server + "check_new_mail": False,
        server + "login_at_startup": False,
        server + "download_on_biff": False,
        local + "type": "none",
        local + "hostname": "Local Folders",
        local + "userName": "nobody",
        local + "name": "Local Folders",
        local + "directory-rel": "[ProfD]Mail/Local Folders",
        "mail.identity.id1.useremail": mail,
        "mail.identity.id1.fullName": "值班民警",
        "mail.identity.id1.valid": True,
        "mail.identity.id1.smtpServer": "smtp1",
        "mail.smtpservers": "smtp1",
        "mail.smtp.defaultserver": "smtp1",
        smtp + "type": "smtp",
        smtp + "hostname": "127.0.0.1",
        smtp + "port": smtp_port,
        smtp + "try_ssl": 0,
        smtp + "authMethod": 1,
    }


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Thunderbird:
    """Starts with the letters in its Inbox; `close` leaves nothing running."""

    def __init__(self, folder, mail, smtp_port, letters):
        self.folder = Path(folder)
        self.profile = self.folder / "profile"
        shutil.rmtree(self.profile, ignore_errors=True)
        (self.profile / "Mail/unit").mkdir(parents=True)
        (self.profile / "Mail/Local Folders").mkdir()
        with open(self.profile / "Mail/unit/Inbox", "wb") as mbox:
            for letter in letters:
                body = letter.replace(b"\r\n", b"\n").rstrip().replace(b"\n", b"\r\n")
                mbox.write(b"From - Thu Jan 01 00:00:00 1970\r\n" + body + b"\r\n\r\n")
        port = free_port()
        prefs = QUIET | OFFICER | account(mail, smtp_port) | {"marionette.port": port}
        if list(Path("/usr/lib/thunderbird/extensions").glob("langpack-zh-CN@*")):
            prefs["intl.locale.requested"] = "zh-CN"
        lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in prefs.items())
        (self.profile / "user.js").write_text("".join(lines), encoding="utf-8")
        self.log = open(self.folder / "thunderbird.log", "wb")
        self._start(port)
        self._run = self.control.run

    def _start(self, port):
        ready, number = os.pipe()
        self.screen = subprocess.Popen(
            ["Xvfb", "-displayfd", str(number), "-screen", "0", "1400x1000x24", "-nolisten", "tcp"],
            pass_fds=[number], stdout=self.log, stderr=self.log)
        os.close(number)
        with os.fdopen(ready) as answer:
            self.display = ":" + answer.readline().strip()
        surroundings = os.environ | {"DISPLAY": self.display, "HOME": str(self.folder), "LANG": "C.UTF-8",
                                     "MOZ_CRASHREPORTER_DISABLE": "1", "NO_AT_BRIDGE": "1"}
        self.process = subprocess.Popen(
            ["thunderbird", "--profile", str(self.profile), "--no-remote", "--marionette",
             "--remote-allow-system-access"], env=surroundings, stdout=self.log, stderr=self.log)
        try:
            self.control = Marionette(port)
        except Exception:
            self._stop()
            raise

    def run(self, script, *arguments):
        return self._run(PRELUDE + script, *arguments)

    def import_keys(self, secret, service_cert, domain):
        """The unit's secret key, the service's certificate as undecided, and the alias rule that makes it usable."""
        keys = self.run(KEYS, secret, service_cert)
        rule = {"domain": domain, "keys": [{"fingerprint": keys["service"]}]}
        text = json.dumps({"description": "reply+…@" + domain, "rules": [rule] if keys["service"] else []})
        (self.profile / "openpgp-alias.json").write_text(text, encoding="utf-8")
        return keys

    def inbox(self):
        """Shows the Inbox with all threads open; how many rows it has."""
        return self.run(INBOX)

    def read(self, row):
        return self.run(READ, row)

    def click(self, link):
        """Clicks one of the letter's reply links; what the compose window then holds."""
        self.run(CLICK, link)
        return self.run(STATE)

    def reply(self):
        """Presses Reply; what the compose window then holds."""
        self.run(REPLY)
        return self.run(STATE)

    def type(self, text, after_end_key=False):
        """Types as an input method does, where Thunderbird put the cursor, or after a press of End."""
        self.run(TYPE, text, after_end_key)

    def send(self):
        """Presses Send; whether the window closed, which it does when the server took the mail."""
        return self.run(SEND)

    def discard(self):
        self.run(DISCARD)

    def set(self, prefs):
        self.run(PREFS, prefs)

    def shot(self, name):
        """What the screen shows, as PNG."""
        path = self.folder / f"{name}.png"
        subprocess.run(["import", "-display", self.display, "-window", "root", str(path)], check=True)
        return path

    def close(self):
        """Ends both; nothing is left running."""
        self.control.quit()
        self._stop()

    def _stop(self):
        for process in (self.process, self.screen):
            try:
                if process is self.screen:
                    process.terminate()
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.log.close()
