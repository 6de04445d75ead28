// Scores the quiz in the page. Nothing is stored, nothing is sent; the page is whole without this file.
(function () {
  "use strict";
  var score = document.getElementById("score");
  var quizzes = Array.prototype.map.call(document.querySelectorAll(".quiz"), function (box) {
    return { name: box.getAttribute("data-quiz"), items: Array.prototype.slice.call(box.querySelectorAll(".q")) };
  });
  if (!score || !quizzes.length) return;

  function inputs(q) { return Array.prototype.slice.call(q.querySelectorAll("input")); }
  function clear(q) {
    q.removeAttribute("data-done");
    q.querySelector(".q__verdict").textContent = "";
  }
  function judge(q) {
    var chosen = inputs(q).filter(function (i) { return i.checked; }).map(function (i) { return i.value; }).join(" ");
    if (!chosen) return;
    var right = chosen === q.getAttribute("data-answer");
    q.setAttribute("data-done", right ? "right" : "wrong");
    q.querySelector(".q__verdict").textContent = right ? "✓ 答对了" : "✗ 不对，看看为什么";
    q.querySelector("details").open = true;
  }
  function tell(quiz) {
    var done = quiz.items.filter(function (q) { return q.hasAttribute("data-done"); }).length;
    var right = quiz.items.filter(function (q) { return q.getAttribute("data-done") === "right"; }).length;
    var all = quiz.items.length;
    score.hidden = !done;
    score.textContent = done < all
      ? quiz.name + "：答了" + done + "题，对" + right + "题，共" + all + "题"
      : quiz.name + "做完了：" + all + "题对" + right + "题。" + (right === all ? "全对，讲给家里人听听吧。" : "错的，再看一遍“为什么”。");
  }

  quizzes.forEach(function (quiz) {
    quiz.items.forEach(function (q) {
      var verdict = document.createElement("p");
      verdict.className = "q__verdict";
      q.insertBefore(verdict, q.querySelector("details"));
      var many = q.querySelector("input[type=checkbox]");
      if (many) {
        var check = document.createElement("button");
        check.type = "button";
        check.className = "button button--quiet";
        check.textContent = "选好了，核对";
        check.addEventListener("click", function () { judge(q); tell(quiz); });
        q.insertBefore(check, verdict);
      }
      q.addEventListener("change", function () {
        clear(q);
        if (!many) judge(q);
        tell(quiz);
      });
    });
    var again = document.createElement("button");
    again.type = "button";
    again.className = "button button--quiet";
    again.textContent = quiz.name + "重新做";
    again.addEventListener("click", function () { reset(quiz); quiz.items[0].scrollIntoView(); });
    quiz.items[0].parentNode.appendChild(again);
  });
  function reset(quiz) {
    quiz.items.forEach(function (q) {
      inputs(q).forEach(function (i) { i.checked = false; });
      q.querySelector("details").open = false;
      clear(q);
    });
    score.hidden = true;
  }
  // A browser may bring back old ticks with the page: begin afresh, so that the next reader finds none.
  window.addEventListener("pageshow", function () { quizzes.forEach(reset); });
})();
