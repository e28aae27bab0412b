// Lets the town's clock run as its rooms hear it, moves it without loading the page anew, and switches rooms in place.
(function () {
  "use strict";
  var body = document.body, clock = document.getElementById("clock"), form = document.querySelector(".clock");
  var tabs = Array.prototype.slice.call(document.querySelectorAll(".tab"));
  var back = form.elements.namedItem("back"), ahead = 0;
  var speak = new Intl.DateTimeFormat("zh-CN", {
    timeZone: "Asia/Shanghai", month: "long", day: "numeric", weekday: "long", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  });

  function set(iso) { ahead = Date.parse(iso) - Date.now(); tick(); }

  function tick() {
    var part = {};
    speak.formatToParts(new Date(Date.now() + ahead)).forEach(function (piece) { part[piece.type] = piece.value; });
    var words = part.month + "月" + part.day + "日 " + part.weekday + " " + part.hour + ":" + part.minute;
    words = words.replace("月月", "月").replace("日日", "日");
    if (clock.textContent !== words) clock.textContent = words;
  }

  function resize(isLarge, by) {
    if (document.documentElement.classList.contains("large") === isLarge) return;
    document.documentElement.classList.toggle("large", isLarge);
    document.querySelectorAll(".room").forEach(function (room) {
      if (room.contentWindow !== by) room.contentWindow.postMessage({ large: isLarge }, window.location.origin);
    });
  }

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    var data = new FormData(form), buttons = form.querySelectorAll("button");
    data.set("by", event.submitter.value);
    buttons.forEach(function (button) { button.disabled = true; });
    fetch(form.action, { method: "POST", body: new URLSearchParams(data), headers: { Accept: "application/json" } })
      .then(function (answer) { return answer.ok ? answer.text() : Promise.reject(); })
      .then(set)
      .catch(function () { clock.textContent = "没有快进成功，请再点一次"; })
      .then(function () { buttons.forEach(function (button) { button.disabled = false; }); });
  });

  tabs.forEach(function (tab) {
    tab.addEventListener("click", function (event) {
      event.preventDefault();
      body.dataset.shown = tab.dataset.role;
      tabs.forEach(function (other) { other.removeAttribute("aria-current"); });
      tab.setAttribute("aria-current", "page");
      tab.classList.remove("news");
      back.value = tab.getAttribute("href");
      history.replaceState(null, "", tab.href);
    });
  });

  window.addEventListener("message", function (event) {
    if (event.origin !== window.location.origin || !event.data) return;
    if (event.data.now) set(event.data.now);
    if (typeof event.data.large === "boolean") resize(event.data.large, event.source);
    if (!event.data.line) return;
    document.querySelectorAll(".room").forEach(function (room) {
      if (room.contentWindow !== event.source || room.dataset.role === body.dataset.shown) return;
      tabs.forEach(function (tab) { if (tab.dataset.role === room.dataset.role) tab.classList.add("news"); });
    });
  });

  set(body.dataset.now);
  setInterval(tick, 1000);
})();
