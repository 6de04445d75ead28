// The search of /search/. Pagefind's index is fetched only when somebody searches; what is typed is worked out in this page and
// sent nowhere. Without this file the page offers lists and the site map.
(function () {
  "use strict";
  var place = document.getElementById("search");
  var own = document.currentScript && document.currentScript.src;
  if (!place || !own || !window.WebAssembly) return;
  var STEP = 10;

  function make(name, attributes, inside) {
    var element = document.createElement(name);
    for (var key in attributes) element.setAttribute(key, attributes[key]);
    [].concat(inside || []).forEach(function (child) { element.append(child); });
    return element;
  }
  var input = make("input", { type: "search", id: "q", autocomplete: "off", autocapitalize: "off", spellcheck: "false", enterkeyhint: "search", maxlength: "60", "aria-describedby": "q-hint" });
  var form = make("form", { role: "search", "class": "search", action: "#" }, [
    make("label", { "for": "q" }, "搜什么"),
    make("p", { id: "q-hint", "class": "hint" }, "一个词就行，比如俗称、药名、地名。打的字只在您的浏览器里用，不发出去。"),
    make("div", { "class": "search__row" }, [input, make("button", { type: "submit", "class": "button" }, "搜索")])
  ]);
  var said = make("p", { "class": "search__said", role: "status" });
  var list = make("ol", { "class": "results", hidden: "" });
  var more = make("button", { type: "button", "class": "button button--quiet", hidden: "" }, "再看几条");
  place.append(form, said, list, more);

  var engine = null;
  function load() {
    engine = engine || import(new URL("pagefind/pagefind.js", own).href).then(function (pagefind) {
      // The worker would need the looser policy on its own file; so few pages need no worker.
      return pagefind.createInstance({ noWorker: true, excerptLength: 44 });
    });
    engine.catch(function () { engine = null; });
    return engine;
  }

  // An excerpt is HTML with <mark>: its text is taken over, nothing else.
  function excerpt(html) {
    var from = new DOMParser().parseFromString(html, "text/html").body;
    var p = document.createElement("p");
    from.childNodes.forEach(function (node) {
      // Between blocks the index puts a Latin full stop.
      var text = node.textContent.replace(/\. (?=\S)|\.$/g, "。");
      if (!p.hasChildNodes()) text = text.replace(/^[\s、，。；：！？）”]+/, "");
      p.append(node.nodeName === "MARK" ? make("mark", {}, text) : text);
    });
    return p;
  }
  function entry(page) {
    return make("li", {}, [
      make("h2", {}, make("a", { href: page.url }, page.meta.title || page.url)),
      page.meta.column && page.meta.column !== page.meta.title ? make("p", { "class": "results__in" }, page.meta.column) : "",
      excerpt(page.excerpt)
    ]);
  }

  var asked = "", turn = 0, found = [];
  function show(mine, first) {
    var rest = found.slice(list.children.length, list.children.length + STEP);
    return Promise.all(rest.map(function (r) { return r.data(); })).then(function (pages) {
      if (mine !== turn) return;
      pages.forEach(function (page, n) {
        var li = entry(page);
        list.append(li);
        if (n === 0 && !first) li.querySelector("a").focus();
      });
      list.hidden = !found.length;
      more.hidden = list.children.length >= found.length;
    });
  }
  function search() {
    var words = input.value.trim();
    if (words === asked) return;
    asked = words;
    var mine = ++turn;
    function empty() { list.replaceChildren(); list.hidden = true; more.hidden = true; }
    if (!words) { empty(); said.textContent = ""; return; }
    said.textContent = "正在找……";
    load().then(function (pagefind) { return pagefind.search(words); }).then(function (answer) {
      if (mine !== turn) return;
      empty();
      found = answer.results;
      return show(mine, true).then(function () {
        if (mine !== turn) return;
        said.textContent = found.length ? "“" + words + "”：找到" + found.length + "页" : "没有找到“" + words + "”。换一个短一点的词试试，或者用下面的单子。";
      });
    }).catch(function () {
      if (mine !== turn) return;
      asked = "";
      empty();
      said.textContent = "搜索没有打开。请再试一次，或者用下面的单子。";
    });
  }

  // While a character is being composed (pinyin), the field does not yet hold a word.
  var wait = 0, composing = false;
  function soon() { clearTimeout(wait); if (!composing) wait = setTimeout(search, 300); }
  input.addEventListener("compositionstart", function () { composing = true; });
  input.addEventListener("compositionend", function () { composing = false; soon(); });
  input.addEventListener("input", soon);
  form.addEventListener("submit", function (event) { event.preventDefault(); clearTimeout(wait); search(); });
  more.addEventListener("click", function () { show(turn, false); });
})();
