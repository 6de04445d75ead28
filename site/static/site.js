// Reading settings: type size, contrast, reading aloud. The page is whole without this file.
(function () {
  "use strict";
  var root = document.documentElement;

  // Remembered on this device only; where storage is refused, for this page only.
  function recall(key) {
    try { return localStorage.getItem(key) || ""; } catch (e) { return ""; }
  }
  function keep(key, value) {
    try { value ? localStorage.setItem(key, value) : localStorage.removeItem(key); } catch (e) { /* refused: fine */ }
  }
  function mark(name, value) {
    value ? root.setAttribute("data-" + name, value) : root.removeAttribute("data-" + name);
  }
  function press(button, on) { button.setAttribute("aria-pressed", String(on)); }

  // Before anything is drawn, so that nothing jumps: the head loads this file without waiting.
  var storedSize = recall("size");
  if (storedSize !== "large" && storedSize !== "xlarge") storedSize = "";
  var storedContrast = recall("contrast") === "high" ? "high" : "";
  mark("size", storedSize);
  mark("contrast", storedContrast);
  document.addEventListener("DOMContentLoaded", start);

  function start() {
    var main = document.getElementById("main");
    var tools = document.querySelector(".tools");
    if (!tools || !main) return;

    var sizes = tools.querySelectorAll("[data-size]");
    function size(value) {
      mark("size", value);
      sizes.forEach(function (b) { press(b, b.getAttribute("data-size") === value); });
    }
    sizes.forEach(function (b) {
      b.addEventListener("click", function () {
        size(b.getAttribute("data-size"));
        keep("size", b.getAttribute("data-size"));
      });
    });

    var high = tools.querySelector("[data-contrast]");
    function contrast(value) { mark("contrast", value); press(high, value === "high"); }
    high.addEventListener("click", function () {
      var value = root.getAttribute("data-contrast") === "high" ? "" : "high";
      contrast(value);
      keep("contrast", value);
    });

    size(storedSize);
    contrast(storedContrast);
    tools.hidden = false;

    // Reading aloud: only with a Chinese voice that lives on the device, so that no text leaves it.
    var speak = tools.querySelector("[data-speak]");
    var synth = window.speechSynthesis;
    if (!speak || !synth) return;
    var voice = null;
    function look() {
      voice = synth.getVoices().filter(function (v) { return v.localService && /^(zh|cmn)/i.test(v.lang); })[0] || null;
      speak.hidden = !voice;
    }
    function stop() { synth.cancel(); press(speak, false); speak.textContent = "朗读"; }
    function texts() {
      return Array.prototype.filter.call(main.querySelectorAll("h1,h2,h3,h4,p,li,dt,dd,th,td,figcaption,summary"), function (e) {
        return e.getClientRects().length && !e.closest("nav,[aria-hidden=true]") && !e.querySelector("p,li,dd,td");
      }).map(function (e) { return e.innerText.replace(/\s+/g, " ").trim(); }).filter(Boolean);
    }
    speak.addEventListener("click", function () {
      if (synth.speaking || synth.pending) { stop(); return; }
      var queue = texts();
      queue.forEach(function (text, i) {
        var u = new SpeechSynthesisUtterance(text);
        u.lang = "zh-CN";
        u.voice = voice;
        u.rate = 0.9;
        if (i === queue.length - 1) u.onend = stop;
        synth.speak(u);
      });
      press(speak, true);
      speak.textContent = "停止朗读";
    });
    if (synth.addEventListener) synth.addEventListener("voiceschanged", look);
    window.addEventListener("pagehide", function () { synth.cancel(); });
    look();
  }
})();
