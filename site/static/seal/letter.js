// The letter that an officer reads, built where the tip is written: byte for byte what the service builds
// (tip-service/sealed-tip, FORMAT.md). Pure: knows no page, no network, no clock. A test holds the two side by side.
(function (root) {
  "use strict";
  const WHAT_MAX = 20000, LINE_MAX = 500, LINE_BYTES = 900, WORD_ROOM = 63, PAD_LINE = 76;
  const RULE = "────────";
  const HIDDEN = /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
  const ACTIONS = [
    ["受理", "已看到，开始办理", false], ["询问", "向举报人提问", true], ["答复", "告诉举报人一件事", true],
    ["转办", "冒号后写接办单位", true], ["办结", "冒号后写结果，举报人看得到", true], ["无关", "与禁毒无关或垃圾信息", false],
  ];
  const REWARD = ["奖励", "通知举报人领奖，冒号后写怎样领", true];
  const bytes = (text) => new TextEncoder().encode(text);
  const hex = (number, width) => number.toString(16).toUpperCase().padStart(width, "0");

  // What was written, made harmless to show and still complete (text.rs).
  function clean(raw, lineBreak) {
    return raw.replace(/[\ud800-\udfff]/gu, "\ufffd")
      .replace(/\r\n|[\r\n\v\f\u0085]/g, lineBreak)
      .replace(/\t/g, " ")
      .replace(/[\u0000-\u0008\u000e-\u001f\u007f-\u009f]/g, "")
      .replace(HIDDEN, (c) => "[U+" + hex(c.codePointAt(0), 4) + "]")
      .trim();
  }
  const line = (raw) => clean(raw, " ");
  const block = (raw) => clean(raw, "\n");

  // From the form's fields to a tip, or to everything that is wrong with them (parse.rs).
  function tip(fields, book) {
    const errors = [];
    const get = (name) => fields[name] || "";
    function text(name, cleaned, max, empty) {
      const chars = Array.from(cleaned).length;
      if (empty && !chars) errors.push({ field: name, key: "empty" });
      if (chars > max) errors.push({ field: name, key: max === WHAT_MAX ? "what_long" : "long", max, chars });
      return cleaned;
    }
    const short = (name, how) => text(name, how(get(name)), LINE_MAX, false);
    const kind = book.kinds.find((k) => k.id === (get("kind") || "other"));
    let county = book.places.find((c) => c.code === get("county"));
    const home = book.places.find((c) => c.townships.some((t) => t.code === get("township")));
    const township = home && home.townships.find((t) => t.code === get("township"));
    if (county && home && county !== home) {
      errors.push({ field: "township", key: "elsewhere", township: township.name, home: home.name, county: county.name });
    }
    county = county || home;
    const place = short("place", line);
    const village = township && villageIn(township, place);
    const named = (it) => it ? { code: it.code, name: it.name } : null;
    const kinds = book.kinds.filter((k) => k.id === get("kind")).concat(book.kinds.filter((k) => k.id !== get("kind")));
    const answers = kinds.flatMap((k) => k.questions).filter((q) => get(q.id).trim()).map((q) => {
      const value = q.choices ? q.choices[get(q.id).trim()] : short(q.id, q.block ? block : line);
      return { id: q.id, label: q.label, value: q.choices ? line(value) : value };
    });
    return { errors, tip: {
      kind: { code: kind.id, name: kind.name },
      what: text("what", block(get("what")), WHAT_MAX, true),
      county: named(county), township: named(township), village: named(village), place,
      when: short("when", line), source: line(get("source") && book.sources[get("source")]),
      people: short("people", block), vehicles: short("vehicles", line), danger: short("danger", block),
      officials: Boolean(get("officials").trim()), answers, language: book.language,
      suspect_robot: Boolean(get("website").trim()),
    } };
  }

  function villageIn(township, text) {
    return township.villages.filter((v) => text.includes(v.name))
      .reduce((best, v) => !best || bytes(v.name).length >= bytes(best.name).length ? v : best, null);
  }

  // The units that a tip goes to: the first route that fits (units/register.rs).
  function route(tip, book) {
    const fits = (list, code) => !list || (code !== null && list.includes(code));
    const taken = book.routes.find((r) => fits(r.kinds, tip.kind.code) &&
      fits(r.counties, tip.county && tip.county.code) && (r.officials === null || r.officials === tip.officials));
    return taken.units;
  }

  // Words behind a bar, long lines going on behind a broken one (page.rs).
  function quote(lines, words) {
    if (!words) return;
    for (const text of words.split("\n")) {
      let now = "│ ", used = 0;
      for (const c of text) {
        const cost = bytes(c).length;
        if (used + cost > LINE_BYTES) {
          lines.push(now);
          now = "┆ ";
          used = 0;
        }
        now += c;
        used += cost;
      }
      lines.push(now);
    }
  }

  function title(tip) {
    const places = [tip.county, tip.township, tip.village].filter(Boolean).map((p) => line(p.name)).filter(Boolean);
    return { places, text: (tip.supplement ? "【补充】" : "【线索】") + line(tip.kind.name) + " · " + (places.join("") || "地点不清楚") };
  }

  // The text for people (letter.rs).
  function body(tip, cover, head, reference) {
    const lines = [head.text, "编号：" + reference], unclear = [];
    const section = (heading, words) => { lines.push(heading); quote(lines, words); lines.push(""); };
    function field(heading, name, words) {
      if (!words) unclear.push(name);
      else if (heading.startsWith("【")) section(heading, words);
      else { lines.push(heading); quote(lines, words); }
    }
    if (tip.officials) lines.push("★ 涉及公职人员");
    if (tip.supplement) lines.push("★ 补充：同一举报人对先前线索的补充，请与原线索一并处理");
    if (tip.suspect_robot) lines.push("★ 疑似机器填写：只供机器误填的隐藏栏被填写，请留意甄别");
    if (tip.language) lines.push("★ 语言：表格是在" + line(tip.language.name) + "页面上填写的，请安排懂这种语言的人阅读和答复");
    lines.push("", "种类：" + line(tip.kind.name));
    if (!head.places.length && !tip.place) unclear.push("地点");
    else { lines.push("地点：" + head.places.join(" ")); quote(lines, tip.place); }
    field("时间：", "时间", tip.when);
    field("危险：", "危险", tip.danger);
    lines.push("");
    section("【经过】", tip.what);
    const told = tip.answers.filter((a) => a.value);
    if (told.length) lines.push("【专项问题】");
    for (const a of told) { lines.push("问：" + line(a.label)); quote(lines, a.value); }
    if (told.length) lines.push("");
    if (told.length < tip.answers.length) unclear.push("未答的专项问题");
    field("【涉及人员】", "涉及人员", tip.people);
    field("【涉及车辆】", "涉及车辆", tip.vehicles);
    if (!tip.source) unclear.push("线索来源");
    if (unclear.length) lines.push("不清楚：" + unclear.join("、"), "");
    lines.push(RULE, "本线索为匿名提交，来信系统未附举报人的身份和联系方式。",
      tip.supplement ? "本信是补充，不是首次来信。" : "本信是新线索，不是补充。",
      "系统无法通知举报人：回信存入加密信箱，举报人自己用回执打开时才看到，也可在那里回复。",
      "竖线“│”“┆”后为举报人原话，未经核实：请勿点击其中的链接，勿扫码，勿按其中号码回拨。",
      "附件 tip.json 内容与本信相同，供登记使用。", "");
    actions(lines, cover, reference);
    if (tip.source) {
      lines.push(RULE, "以下可能暴露举报人身份：打印、转发时请略去。");
      section("【线索来源】", tip.source);
    }
    return lines.join("\n") + "\n";
  }

  // The commands with their links (cover.rs).
  function actions(lines, cover, reference) {
    const address = line(cover.address);
    lines.push("【回信办理】", "点下面的链接，或直接回复本信。第一行写指令；只有指令与引文之间的文字会转给举报人。",
      "点链接打开的新信里，指令已经写好：先按 End 键，再接着写。",
      cover.encrypted ? "回信须用本单位登记的密钥签名，并用附件 service.asc 中的系统公钥加密。"
        : "回信须用本单位登记的密钥签名；最好也用附件 service.asc 中的系统公钥加密。");
    for (const [command, hint, words] of cover.reward === null ? ACTIONS : ACTIONS.concat([REWARD])) {
      lines.push("· " + command + "（" + hint + "）<mailto:" + percent(address, "@") + "?subject=" + percent(reference, "") +
        "&In-Reply-To=" + percent(line(cover.message_id), "@") + "&body=" + percent(command + (words ? "：" : ""), "") + ">");
    }
    lines.push("回信地址：" + address);
    if (cover.reward !== null) {
      lines.push("奖励核验码：" + line(cover.reward), "有人持领奖码来领奖时，用 tip-service reward verify 与本核验码核对。");
    }
    lines.push("");
  }

  function percent(text, keep) {
    return Array.from(bytes(text), (b) => {
      const c = String.fromCharCode(b);
      return /[A-Za-z0-9\-._~]/.test(c) || keep.includes(c) ? c : "%" + hex(b, 2);
    }).join("");
  }

  // The same facts for machines (tip_json.rs).
  function json(tip, cover, reference) {
    return JSON.stringify({
      version: 1, reference, kind: tip.kind, what: tip.what,
      place: { county: tip.county, township: tip.township, village: tip.village, detail: tip.place },
      when: tip.when, source: tip.source, people: tip.people, vehicles: tip.vehicles, danger: tip.danger,
      officials: tip.officials, answers: tip.answers, photographs: [], language: tip.language,
      supplement: tip.supplement, suspect_robot: tip.suspect_robot,
      reply_to: line(cover.address), reward_check: cover.reward === null ? null : line(cover.reward),
    }, null, 2) + "\n";
  }

  // RFC 2047 encoded words of whole characters, every byte written as =XX (mime.rs).
  function encodedWords(text) {
    let out = "=?UTF-8?Q?", room = WORD_ROOM;
    for (const c of text) {
      const utf8 = bytes(c);
      if (utf8.length * 3 > room) { out += "?=\r\n =?UTF-8?Q?"; room = WORD_ROOM; }
      for (const b of utf8) out += "=" + hex(b, 2);
      room -= utf8.length * 3;
    }
    return out + "?=";
  }

  // The whole MIME entity, exactly one size bucket long (mime.rs). `cover` has what the service answers for one unit.
  function entity(tip, cover) {
    const reference = line(cover.reference), head = title(tip);
    const parts = [
      ["text/plain; charset=utf-8", "inline", body(tip, cover, head, reference)],
      ["application/json; name=\"tip.json\"", "attachment; filename=\"tip.json\"", json(tip, cover, reference)],
      ["application/pgp-keys; name=\"service.asc\"", "attachment; filename=\"service.asc\"", cover.service_cert.replace(/\r/g, "")],
    ];
    let n = 0;
    while (parts.some((part) => part[2].includes("=_letter_" + n))) n += 1;
    const boundary = "=_letter_" + n;
    const whole = bytes("Content-Type: multipart/mixed; protected-headers=\"v1\";\r\n boundary=\"" + boundary + "\"\r\nSubject: " +
      encodedWords(head.text + " · " + reference) + "\r\n\r\n" +
      parts.map(([type, disposition, content]) => "--" + boundary + "\r\nContent-Type: " + type +
        "\r\nContent-Transfer-Encoding: 8bit\r\nContent-Disposition: " + disposition + "\r\n\r\n" +
        content.replace(/\n/g, "\r\n") + "\r\n").join("") + "--" + boundary + "--\r\n");
    let bucket = 8192;
    while (bucket < whole.length + 2) bucket *= bucket < 2097152 ? 4 : 2;
    const out = new Uint8Array(bucket).fill(32);
    out.set(whole);
    for (let at = whole.length; at < bucket;) {
      const left = bucket - at;
      at += left < PAD_LINE + 2 ? left : PAD_LINE;
      out.set([13, 10], at - 2);
    }
    return out;
  }

  // One OpenPGP packet with its length in the head (RFC 9580, 4.2.1).
  function packet(tag, content) {
    const n = content.length;
    const length = n < 192 ? [n] : n < 8384 ? [((n - 192) >> 8) + 192, (n - 192) & 255]
      : [255, n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
    const out = new Uint8Array(1 + length.length + n);
    out.set([0xc0 | tag].concat(length));
    out.set(content, 1 + length.length);
    return out;
  }

  // Seals to every certificate of a unit: version 3 packets for the keys that the service names, then AES-256 with an
  // integrity check (seal.rs). OpenPGP.js by itself would cut the packets into pieces, and pick key and cipher by preferences.
  async function seal(openpgp, entity, certs, keys) {
    // 20,000 characters fit, the same number of line breaks does not; the service takes no more.
    if (entity.length > 131072) throw new Error("too long to be sealed here");
    const encryptionKeys = await Promise.all(certs.map((armoredKey) => openpgp.readKey({ armoredKey })));
    const encryptionKeyIDs = encryptionKeys.map((key, n) => key.getSubkeys()
      .map((subkey) => subkey.getKeyID()).find((id) => id.toHex() === keys[n]));
    const literal = new Uint8Array(6 + entity.length);
    literal.set([0x62]);
    literal.set(entity, 6);
    const message = await openpgp.createMessage({ binary: new Uint8Array(0) });
    message.packets.write = () => packet(11, literal);
    const sealed = await openpgp.encrypt({
      message, encryptionKeys, encryptionKeyIDs, format: "object",
      sessionKey: { data: root.crypto.getRandomValues(new Uint8Array(32)), algorithm: "aes256" },
      config: { aeadProtect: false },
    });
    const packets = Array.from(sealed.packets, (p) => packet(p.constructor.tag, p.write()));
    return packets.reduce((all, p) => { const out = new Uint8Array(all.length + p.length); out.set(all); out.set(p, all.length); return out; });
  }

  root.tipLetter = { clean, tip, route, entity, seal };
})(globalThis);
