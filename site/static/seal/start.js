// Seals a tip in the browser it is written in. Does nothing until the writer begins; then loads the letter, the guard
// and OpenPGP.js, each only with the hash that the service names. From then on no press of the button sends a word in plain: what fails says
// so, and a button of its own hands the form to the site, as without script. A browser too old to run this sends as ever.
(function () {
  "use strict";
  const form = document.getElementById("tip-form"), box = document.getElementById("sealing");
  const how = document.getElementById("sealing-how"), WAIT = 120000, SHOWN = 12;
  const [line, plain] = [box.querySelector("p"), box.querySelector("button")];
  const bookAt = form.action + "sealing/";
  let ready = null, busy = false, last = null, warning = null;

  function load({ address, integrity }) {
    return new Promise(function (resolve, reject) {
      // Without a hash a browser would take any file.
      if (!/^sha384-.{64}$/.test(integrity)) throw new Error("a script without a hash");
      const tag = document.createElement("script");
      tag.src = address;
      tag.integrity = integrity;
      tag.onload = resolve;
      tag.onerror = () => reject(new Error("a script did not come"));
      document.head.append(tag);
    });
  }

  // Once it has failed it is tried anew at the next press.
  function prepare() {
    ready = ready || open();
    ready.catch(() => { ready = null; });
    return ready;
  }

  async function open() {
    const answer = await fetch(bookAt, { credentials: "omit", redirect: "error" });
    const book = await answer.json();
    await Promise.all([load(book.letter), load(book.guard), load(book.openpgp)]);
    how.textContent = book.words.here;
    return book;
  }

  function say(text, offersPlain) {
    line.textContent = text;
    plain.hidden = !offersPlain;
    box.hidden = false;
    box.scrollIntoView({ block: "nearest" });
  }

  function fields() {
    const all = {};
    new FormData(form).forEach((value, name) => { if (typeof value === "string") all[name] = value; });
    return all;
  }

  function label(field) {
    const label = form.querySelector("label[for=\"" + field + "\"]");
    return label ? label.firstChild.textContent.trim() : "";
  }

  function complain(error, words) {
    const field = document.getElementById(error.field);
    const values = Object.assign({ label: label(error.field) }, error);
    say(words[error.key].replace(/\{(\w+)\}/g, (_, name) => values[name]), false);
    if (field) field.focus();
  }

  function element(name, traits, ...children) {
    const made = Object.assign(document.createElement(name), traits);
    made.append(...children);
    return made;
  }

  // Once, before anything is sealed: what may tell who wrote it, as the site shows it (_exposure.html).
  function warn(places, words) {
    give("exposure", "seen");
    const first = "#" + places[0].field, more = places.length - SHOWN;
    const shown = places.slice(0, SHOWN).map((p) => element("li", {}, element("a", { href: "#" + p.field }, label(p.field)),
      element("p", { className: "exposure__place" }, p.before, element("mark", {}, p.found), p.after), element("p", {}, words[p.why])));
    const change = element("a", { className: "button button--report", href: first }, words.change);
    const send = element("button", { className: "button button--quiet", type: "submit" }, words.send);
    send.setAttribute("form", form.id);
    warning = element("section", { className: "problems exposure", tabIndex: -1 }, element("h2", {}, words.heading),
      element("p", {}, words.lead), element("ul", {}, ...shown),
      more > 0 ? element("p", {}, words.more.replace("{count}", more)) : "", element("p", {}, words.once),
      element("p", { className: "exposure__send" }, change, " ", send));
    warning.setAttribute("role", "alert");
    box.hidden = true;
    form.before(warning);
    warning.focus({ preventScroll: true });
    warning.scrollIntoView({ behavior: "instant" });
  }

  // A field that the site reads when it gets the form, and the next sealing too.
  function give(name, value) {
    const own = form.querySelector("input[name=" + name + "]") || form.insertBefore(element("input", { type: "hidden", name }), form.firstChild);
    own.value = value;
  }

  function post(body) {
    const data = new FormData();
    Object.entries(body).forEach(([name, value]) => data.append(name, value));
    return data;
  }
  const send = (to, body) => fetch(to, { method: "POST", body: post(body), credentials: "omit", redirect: "error" });

  // The site's answer where there is no receipt: what it says, and the form's new name or ticket if it gives one.
  async function refused(answer) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const name of ["form_id", "ticket"]) {
      const given = page.querySelector("input[name=" + name + "]");
      if (given) give(name, given.value);
    }
    last = null;
    const told = page.querySelectorAll(".callout--error h2, .callout--error p");
    say(Array.from(told, (part) => part.textContent).join(" ") || box.dataset.failed, true);
  }

  // The same words under the same form are the same letters: a second press is known for one.
  async function letters(tip, units, book, all) {
    const mark = JSON.stringify([tip, units, all.form_id]);
    if (last && last.mark === mark) return last;
    const press = Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
    const asked = { form_id: all.form_id, sealed_press: press, sealed_units: units.join(",") };
    const answer = await send(bookAt, asked);
    if (!answer.ok) return { answer };
    // Who gets it at this hour is the service's answer (a unit off duty has one that stands in): the letters name those.
    const covers = await answer.json(), told = { sealed_tag: covers.tag, sealed_units: covers.units.join(",") };
    const body = Object.assign({}, asked, told);
    for (const [n, cover] of covers.letters.entries()) {
      Object.assign(cover, { reference: covers.reference, service_cert: book.service_cert });
      const entity = tipLetter.entity(Object.assign({ supplement: covers.supplement }, tip), cover);
      const sealed = await tipLetter.seal(openpgp, entity, book.units[cover.unit], cover.keys);
      body["sealed_" + n] = btoa(Array.from(sealed, (b) => String.fromCharCode(b)).join(""));
    }
    last = { mark, body };
    return last;
  }

  async function arrive(answer) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html"), main = page.querySelector("main");
    document.title = page.title;
    document.querySelector("main").replaceWith(main);
    main.focus({ preventScroll: true });
    scrollTo({ top: 0, behavior: "instant" });
  }

  async function press() {
    const all = fields();
    const book = await Promise.race([prepare(), new Promise((_, reject) => { setTimeout(reject, WAIT); })]);
    if (form.elements.files.files.length) return say(book.words.photographs, true);
    const read = tipLetter.tip(all, book);
    if (read.errors.length) return complain(read.errors[0], book.words);
    const places = all.exposure === "seen" ? [] : tipGuard.inTip(read.tip, book.lists);
    if (places.length) return warn(places, book.words);
    const { answer, body } = await letters(read.tip, tipLetter.route(read.tip, book), book, all);
    if (answer) return refused(answer);
    if (all.ticket) body.ticket = all.ticket;
    if (all.website) body.website = "1";
    let done;
    try { done = await send(form.action, body); } catch (e) { return say(book.words.unsent, false); }
    return done.ok ? arrive(done) : refused(done);
  }

  form.addEventListener("input", () => { prepare().catch(() => {}); }, { once: true });
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    if (busy) return;
    busy = true;
    if (warning) warning.remove();
    say(box.dataset.working, false);
    press().catch(() => say(box.dataset.failed, true)).finally(() => { busy = false; });
  });
  // Says by its name that it goes the other way; passes the listener above by.
  plain.addEventListener("click", () => { if (!busy) form.submit(); });
})();
