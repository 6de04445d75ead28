"""A client for Marionette, the remote control built into Thunderbird: length-prefixed JSON over TCP."""

import base64
import json
import socket
import time


class Failed(Exception):
    """Thunderbird answered with an error."""


class Marionette:
    """One session in chrome context: scripts run with the privileges of Thunderbird's own code."""

    def __init__(self, port, patience=60):
        deadline = time.monotonic() + patience
        while True:
            try:
                self.socket = socket.create_connection(("127.0.0.1", port), timeout=120)
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.25)
        self.buffer, self.number = b"", 0
        self._receive()
        self.send("WebDriver:NewSession", {"capabilities": {"alwaysMatch": {"unhandledPromptBehavior": "ignore"}}})
        self.send("Marionette:SetContext", {"value": "chrome"})
        self.send("WebDriver:SetTimeouts", {"script": 110_000})

    def _receive(self):
        while b":" not in self.buffer:
            self.buffer += self._more()
        length, self.buffer = self.buffer.split(b":", 1)
        while len(self.buffer) < int(length):
            self.buffer += self._more()
        text, self.buffer = self.buffer[: int(length)], self.buffer[int(length):]
        return json.loads(text)

    def _more(self):
        data = self.socket.recv(1 << 16)
        if not data:
            raise Failed("Thunderbird hung up")
        return data

    def send(self, command, parameters):
        self.number += 1
        data = json.dumps([0, self.number, command, parameters]).encode()
        self.socket.sendall(str(len(data)).encode() + b":" + data)
        _, _, error, result = self._receive()
        if error:
            raise Failed(f"{error.get('error')}: {error.get('message')}\n{error.get('stacktrace', '')}")
        return result

    def run(self, script, *arguments):
        """Runs the body of an async function; `args` holds the arguments; returns what it returns."""
        body = (
            "const done = arguments[arguments.length - 1]; const args = Array.from(arguments).slice(0, -1);"
            "(async () => {" + script + "})().then(v => done({value: v === undefined ? null : v}),"
            " e => done({error: String(e) + '\\n' + (e && e.stack)}));"
        )
        result = self.send("WebDriver:ExecuteAsyncScript", {"script": body, "args": list(arguments), "newSandbox": True})
        value = result["value"]
        if "error" in value:
            raise Failed(value["error"])
        return value["value"]

    def quit(self):
        try:
            self.send("Marionette:Quit", {"flags": ["eForceQuit"]})
        except (Failed, OSError):
            pass
