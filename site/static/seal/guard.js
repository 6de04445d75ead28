// What may tell who wrote a tip, found where the tip is written, since nothing of it reaches the service in plain: place by
// place what the service finds (tip-service/src/intake/exposure), with the service's own word lists. A hint and no judge. Pure:
// knows no page, no network, no clock. A test holds the two side by side.
(function (root) {
  "use strict";
  const BESIDE = 8, QUOTE_MAX = 200, PARTING_MAX = 3, DIGITS_MAX = 18, OFFICE_WITHIN = 16, WORK_WITHIN = 14;
  const CLOSING = { "\u201c": "\u201d", "\u300c": "\u300d", "\u300e": "\u300f", "\"": "\"" };
  const has = (set, c) => c !== undefined && set.includes(c);

  // A text with one unit for each character, as the finders read it (letters.rs).
  function letters(text) {
    const written = Array.from(text);
    const folded = written.map((c) => c.length > 1 ? (/[\p{Alphabetic}\p{N}]/u.test(c) ? "\u4e00" : "\u25a1") : c).join("")
      .replace(/[\uff01-\uff5e]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
      .replace(/[A-Z]/g, (c) => c.toLowerCase()).replace(/[\u3000\u00a0]/g, " ").replace(/[俺咱]/g, "我").replace(/帐/g, "账");
    const quoted = new Array(folded.length).fill(false);
    let open = -1, closing = "";
    Array.from(folded).forEach((c, at) => {
      if (open >= 0 && c === closing) {
        quoted.fill(at - open <= QUOTE_MAX, open, at);
        open = -1;
      } else if (c === "\n") open = -1;
      else if (open < 0 && CLOSING[c]) [open, closing] = [at, CLOSING[c]];
    });
    const word = (at, w) => folded.startsWith(w, at) ? at + w.length : -1;
    return {
      written, quoted, length: folded.length, word,
      at: (n) => n < 0 ? undefined : folded[n],
      // Where the longest of these words ends that stands here, or -1.
      any: (at, words) => words.split(" ").reduce((end, w) => Math.max(end, word(at, w)), -1),
      endsIn: (at, words) => words.split(" ").some((w) => folded.slice(0, at).endsWith(w)),
      skip(at, set, most) {
        let end = at;
        while (end < at + most && has(set, folded[end])) end += 1;
        return end;
      },
      edge: (n) => n < 0 || n >= folded.length || !/[\p{Alphabetic}\p{N}]/u.test(folded[n]),
    };
  }

  // Telephone numbers and those of identity cards, however they are parted (numbers.rs).
  function numbers(it, lists, add) {
    const digit = (at) => /[0-9]/.test(it.at(at) || "");
    const groups = [];
    for (let at = 0; at < it.length;) {
      if (!digit(at)) { at += 1; continue; }
      const from = at, before = groups.length ? groups[groups.length - 1].to : 0;
      while (digit(at)) at += 1;
      const parted = before > 0 && it.skip(before, lists.parting, PARTING_MAX) === from;
      groups.push({ from, to: at, size: at - from, gap: parted ? it.at(before) : null });
    }
    const gap = (n) => groups[n] ? groups[n].gap : null;
    function numberAt(first) {
      const from = groups[first].from, c = it.at(from - 1) || "";
      if (c === "." && digit(from - 2) || /[a-z]/.test(c) && !it.endsIn(from, lists.number_names)) return null;
      let digits = "";
      for (let n = first; n < groups.length; n += 1) {
        const group = groups[n];
        if (n > first && group.gap === null || digits.length + group.size > DIGITS_MAX) return null;
        for (let at = group.from; at < group.to; at += 1) digits += it.at(at);
        const x = digits.length === 17 && it.at(group.to) === "x" ? 1 : 0, to = group.to + x;
        const why = judge(digits, groups.slice(first, n + 1).map((g) => g.size), x);
        if (!why || it.at(to) === "." && digit(to + 1)) continue;
        // The middle of a bank card is no number.
        const inner = gap(first + 1);
        if (n === first || gap(first) !== inner && gap(n + 1) !== inner) return { from, to, why, next: n + 1 };
      }
      return null;
    }
    for (let n = 0; n < groups.length;) {
      const found = numberAt(n);
      if (found) add(found.from, found.to, found.why);
      n = found ? found.next : n + 1;
    }
    for (let from = 0; from < it.length;) {
      const to = it.skip(from, "零〇一二三四五六七八九幺两", it.length);
      if (to - from === 11 && has("一幺", it.at(from)) && has("三四五六七八九", it.at(from + 1))) add(from, to, "telephone");
      from = Math.max(to, from + 1);
    }
  }

  function judge(digits, sizes, x) {
    const born = digits.length + x === 18 ? (/^.{6}(19|20)/.test(digits) ? 8 : 0) : digits.length === 15 ? 6 : 0;
    const [month, day] = [Number(digits.substr(born + 2, 2)), Number(digits.substr(born + 4, 2))];
    const province = /^(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])/.test(digits);
    if (born && province && month >= 1 && month <= 12 && day >= 1 && day <= 31) return "identity";
    return mobile(digits, sizes) || landline(digits, sizes) ? "telephone" : null;
  }

  function mobile(digits, sizes) {
    const match = /^(0086|86|0|)1[3-9][0-9]{9}$/.exec(digits);
    if (!match) return false;
    const ahead = match[1].length;
    const parts = sizes.map((size, n) => n ? size : size - Math.min(ahead, size)).filter((size) => size > 0);
    return ["11", "7,4", "4,4,3", "5,6", "6,5"].includes(String(parts)) ||
      parts[0] === 3 && parts.every((size) => size > 1) || parts.every((size) => size === 1);
  }

  function landline(digits, sizes) {
    const area = /^0(10|2)/.test(digits) ? 3 : /^0[3-9]/.test(digits) ? 4 : 0, rest = digits.length - area;
    const parted = sizes.length === 1 || sizes[0] === area && sizes.slice(1).every((size) => size >= 3);
    return area > 0 && parted && (rest === 8 || rest === 7 && area === 4);
  }

  // Ways to reach the writer, given as the writer's own (contacts.rs).
  function ownWay(it, from, lists) {
    const at = it.any(from, "我 我的 本人 本人的 我个人 我这边");
    if (at < 0) return -1;
    const home = it.any(at, lists.homes);
    if (home >= 0) {
      const to = it.skip(home, "是为在: ", 3);
      return to > home ? to : -1;
    }
    const way = it.any(at, lists.ways);
    if (way < 0) return -1;
    const given = it.skip(way, "号码是为就叫同: =", 6);
    const end = it.skip(given, "abcdefghijklmnopqrstuvwxyz0123456789_-@.", 40);
    return end - given >= 5 ? end : -1;
  }

  function asked(it, from, lists) {
    const to = it.any(from, lists.asked);
    if (to < 0) return -1;
    const edge = it.edge(from - 1), said = edge && from > 1 && it.endsIn(from - 1, lists.speech);
    const toReader = edge && !said || it.endsIn(from, lists.to_reader);
    return toReader && !has("说让叫问要借买时的过来了之进去", it.at(to)) ? to : -1;
  }

  // Where a name ends that stands here by itself (names.rs).
  function name(it, from, lists) {
    const long = it.any(from, lists.long_surnames);
    const given = long >= 0 ? long : has(lists.surnames, it.at(from)) ? from + 1 : -1;
    if (given < 0 || it.any(from, lists.words) >= 0) return -1;
    function isName(to) {
      for (let at = given; at < to; at += 1) {
        if (!/[\u3400-\u9fff]/.test(it.at(at) || "") || has(lists.not_given, it.at(at))) return false;
      }
      return !has(lists.not_last, it.at(to - 1)) && (it.edge(to) || it.any(to, lists.follows) >= 0);
    }
    const to = [given + 2, given + 1].find(isName);
    return to === undefined ? -1 : to;
  }

  function called(it, from, lists) {
    const own = it.any(from, lists.called);
    if (own >= 0) return name(it, it.skip(own, "是为做作: ", 3), lists);
    const family = it.any(from, lists.of_family);
    if (family >= 0) return has(lists.surnames, it.at(family)) ? Math.max(name(it, family, lists), family + 1) : -1;
    const me = it.word(from, "本人");
    if (me < 0) return -1;
    const at = it.skip(me, ":( ", 2);
    return has("于曾何万任方高", it.at(at)) ? -1 : name(it, at, lists);
  }

  function signed(it, from, lists) {
    const by = it.any(from, lists.signed);
    if (by < 0 || it.at(from - 1) === "被") return -1;
    return name(it, it.skip(Math.max(it.word(by, "姓名"), by), "是: ", 3), lists);
  }

  function office(it, from, lists) {
    const begin = it.any(from, "我是 我就是 我们是");
    if (begin < 0 || begin >= it.length || has(lists.no_office, it.at(begin))) return -1;
    const own = name(it, begin, lists);
    if (own >= 0) return own;
    const whose = it.any(begin, "他 她 他家 她家 他们 他的 她的 他家的");
    const his = whose < 0 ? -1 : it.any(whose, lists.offices);
    if (his >= 0) return his;
    for (let at = begin + 1; at < begin + OFFICE_WITHIN && !it.edge(at); at += 1) {
      const before = it.at(at - 1);
      if (before === "的") {
        const held = it.any(at, lists.offices);
        const to = held >= 0 && !has("说讲告透介", it.at(held)) ? held : name(it, at, lists);
        if (to >= 0) return to;
      }
      const to = has("村屯组镇队号室楼班厂", before) ? name(it, at, lists) : -1;
      if (to >= 0) return to;
    }
    return -1;
  }

  // The last line of several, when it is a name or a name and a day.
  function signature(it, lists, add) {
    const ofDay = (from, to) => {
      for (let at = from; at < to; at += 1) if (!/[0-9\s年月日\-./,。]/.test(it.at(at))) return false;
      return true;
    };
    function lastLine(end) {
      let last = end - 1;
      while (last >= 0 && /\s/.test(it.at(last))) last -= 1;
      if (last < 0) return -1;
      let begin = last;
      while (begin > 0 && it.at(begin - 1) !== "\n") begin -= 1;
      return it.skip(begin, " ", it.length);
    }
    let end = it.length;
    for (let n = 0; n < 2; n += 1) {
      const line = lastLine(end);
      if (line < 0) return;
      const to = name(it, line, lists);
      if (to >= 0) {
        const above = lastLine(line);
        const isList = above < 0 || name(it, above, lists) >= 0 || it.endsIn(line - 1, ": 、");
        if (ofDay(to, end) && !isList) add(line, to, "name");
        return;
      }
      if (!ofDay(line, end)) return;
      end = Math.max(line - 1, 0);
    }
  }

  // Words that single the writer out by what is the writer's own (relations.rs).
  function relation(it, from, lists) {
    const place = it.any(from, "本单位 本厂 本公司 本班");
    if (place >= 0) return has("日基资根样版课书剧成", it.at(from - 1)) ? -1 : place;
    const me = it.word(from, "我");
    if (me < 0) return -1;
    const us = Math.max(it.word(me, "们"), me), home = it.any(us, "家 的家");
    if (home >= 0) return it.any(home, lists.home);
    const does = it.any(us, lists.does), works = does >= 0 ? does : worksAt(it, me, lists);
    if (works >= 0) return works;
    const own = Math.max(it.any(us, "的 那 那个 一个 这个"), us), people = it.any(own, lists.people);
    const to = Math.max(people >= 0 ? people : kin(it, own, lists), it.any(own, lists.places));
    return has("圈墙", it.at(to)) ? -1 : to;
  }

  function kin(it, at, lists) {
    const ranked = it.skip(at, lists.ranks, 1);
    return has(lists.kin, it.at(ranked)) && !has(lists.no_kin, it.at(ranked + 1)) ? it.skip(ranked, lists.kin, 2) : -1;
  }

  function worksAt(it, me, lists) {
    const begin = it.word(me, "在");
    for (let at = begin + 1; begin >= 0 && at < begin + WORK_WITHIN; at += 1) {
      if (has(lists.others, it.at(at - 1)) || it.edge(at - 1)) return -1;
      const to = it.any(at, lists.works);
      if (to >= 0) return to;
    }
    return -1;
  }

  const alone = (it, from, lists) => it.endsIn(from, "不 不是 非 不光 不止") ? -1 : it.any(from, lists.alone);

  // Which words a place can begin with, what looks at it, and why it may tell.
  const FINDERS = [
    ["我本", ownWay, "contact"], ["加联找打给回跟和与", asked, "contact"],
    ["我本免", called, "name"], ["我", office, "name"], ["举报反检投署落", signed, "name"],
    ["我本", relation, "relation"], ["只就除没别当", alone, "alone"],
  ];

  // Every place in the text of one field, in its order; where two overlap, the first.
  function inText(field, text, lists) {
    const it = letters(text), spots = [];
    const add = (from, to, why) => { if (to >= 0) spots.push({ from, to, why }); };
    numbers(it, lists, add);
    for (const [begins, finder, why] of FINDERS) {
      for (let from = 0; from < it.length; from += 1) {
        if (has(begins, it.at(from)) && !it.quoted[from]) add(from, finder(it, from, lists), why);
      }
    }
    if (field === "what") signature(it, lists, add);
    let end = 0;
    const apart = spots.sort((a, b) => a.from - b.from).filter((s) => s.from >= end && (end = s.to, true));
    const excerpt = (from, to) => it.written.slice(Math.max(from, 0), to).join("").replace(/\n/g, " ");
    return apart.map(({ from, to, why }) => (
      { field, before: excerpt(from - BESIDE, from), found: excerpt(from, to), after: excerpt(to, to + BESIDE), why }));
  }

  // Every place in a tip, field by field in the order of the form.
  function inTip(tip, lists) {
    const own = tip.answers.map((a) => [a.id, a.value]);
    const more = ["place", "when", "people", "vehicles", "danger"].map((field) => [field, tip[field]]);
    return [["what", tip.what]].concat(own, more).flatMap(([field, text]) => inText(field, text, lists));
  }

  root.tipGuard = { inText, inTip };
})(globalThis);
