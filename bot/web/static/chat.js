// Makes the page lively: lines arrive by themselves, photos are made smaller, a lost connection is waited for.
// Without this script the same forms do the same work, one page load at a time.
(function () {
  "use strict";
  document.documentElement.classList.add("js");
  if (window.parent !== window) document.body.classList.add("framed");  // a service worker's request does not say so
  var body = document.body, base = body.dataset.base, limit = Number(body.dataset.limit);
  var list = document.querySelector("#log ol"), scroll = document.querySelector(".scroll");
  var composer = document.getElementById("composer");
  var plain = document.getElementById("text"), digits = document.getElementById("phone"), text = digits.hidden ? plain : digits;
  var tray = document.getElementById("tray"), hint = document.getElementById("hint"), offline = document.getElementById("offline");
  var last = Number(body.dataset.last), source = null, heardAt = Date.now(), wait = 1000, timer = 0;
  var down = document.getElementById("down"), isFollowing = true, isTouched = false, today = "";
  var chosen = [], queue = [], isSending = false;
  var MAX_FILES = 6, MAX_BYTES = 10 * 1024 * 1024, MAX_SIDE = 1600;

  // --- 大字 in one room of the town is 大字 in all ---

  var root = document.documentElement, size = document.querySelector(".top [name=large]");
  window.addEventListener("message", function (event) {
    if (event.origin !== window.location.origin || !event.data || typeof event.data.large !== "boolean") return;
    root.classList.toggle("large", event.data.large);
    size.value = event.data.large ? "" : "1";
    size.textContent = event.data.large ? "小字" : "大字";
  });
  if (window.parent !== window) window.parent.postMessage({ large: root.classList.contains("large") }, window.location.origin);

  // --- lines that arrive ---

  function put(message, id) {
    var mould = document.createElement("template");
    mould.innerHTML = message.html;
    var line = mould.content.querySelector("li");
    if (!line) return;
    var there = standing(line.dataset.key);
    if (there) {
      keepTime(there, line);
      there.replaceWith(line);
      turnBox();
    } else if (!message.edits) {
      line.classList.add("fresh");
      list.append(line);
      turnBox();
      if (isFollowing || line.classList.contains("mine")) follow();
      if (window.parent !== window) window.parent.postMessage({ line: id }, window.location.origin);
    }
  }

  // Keep to the end, but never past the beginning of an answer: a long one is read from its first line.
  function follow() {
    var start = list.lastElementChild;
    while (start && !start.classList.contains("mine")) start = start.previousElementSibling;
    start = (start && start.nextElementSibling) || (start ? null : list.firstElementChild);
    scroll.scrollTop = 0;
    if (start && list.getBoundingClientRect().bottom - start.getBoundingClientRect().top > scroll.clientHeight) {
      start.scrollIntoView({ block: "start" });
    }
    isFollowing = true;
    lookDown();
  }

  function lookDown() { down.hidden = scroll.scrollTop > -120; }

  scroll.addEventListener("scroll", function () { isFollowing = scroll.scrollTop > -160 || isFollowing && !isTouched; lookDown(); });
  ["wheel", "touchmove", "keydown"].forEach(function (name) {
    scroll.addEventListener(name, function () { isTouched = true; setTimeout(function () { isTouched = false; }, 1500); }, { passive: true });
  });
  down.addEventListener("click", function () { scroll.scrollTo({ top: 0, behavior: "smooth" }); });

  function standing(key) {
    return Array.prototype.find.call(list.children, function (line) { return line.dataset.key === key; });
  }

  function keepTime(old, line) {
    var when = old.querySelector(".when");
    if (when && !line.querySelector(".when")) line.prepend(when);
  }

  // What time it is in the town: its other pages may have moved it, or midnight has passed.
  function tellTime(now) {
    if (window.parent !== window) window.parent.postMessage({ now: now }, window.location.origin);
    if (now.slice(0, 10) === today) return;
    today = now.slice(0, 10);
    list.querySelectorAll(".when").forEach(function (when) {
      var days = Math.round((Date.parse(today) - Date.parse(when.dataset.day)) / 86400000);
      when.textContent = (["今天", "昨天"][days] || when.dataset.date) + " " + when.dataset.clock;
    });
  }

  function connect() {
    clearTimeout(timer);
    if (source) source.close();
    source = new EventSource(base + "events?after=" + last);
    heardAt = Date.now();
    source.addEventListener("open", function () { alive(); send(); });
    source.addEventListener("beat", function (event) { alive(); tellTime(event.data); });
    source.addEventListener("line", function (event) {
      alive();
      var id = Number(event.lastEventId);
      if (id <= last) return;
      last = id;
      put(JSON.parse(event.data), id);
    });
    source.addEventListener("error", lost);
  }

  function alive() { heardAt = Date.now(); wait = 1000; offline.hidden = true; }

  function lost() {
    if (source) source.close();
    source = null;
    if (!document.hidden) offline.hidden = false;
    clearTimeout(timer);
    timer = setTimeout(connect, wait);
    wait = Math.min(wait * 2, 10000);
  }

  function rest() { clearTimeout(timer); if (source) source.close(); source = null; }

  window.addEventListener("online", connect);
  window.addEventListener("offline", lost);
  window.addEventListener("pagehide", rest);
  window.addEventListener("pageshow", function (event) { if (event.persisted) connect(); });
  document.addEventListener("visibilitychange", function () { if (document.hidden) rest(); else connect(); });
  setInterval(function () { if (source && Date.now() - heardAt > 35000) lost(); }, 5000);

  // --- the one box to write in: for a phone number it brings up a phone's number pad ---

  function turnBox() {
    var wanted = asksPhone() ? digits : plain, had = document.activeElement === text;
    if (wanted === text || (wanted === digits && text.value)) return;
    digits.value = "";
    text.hidden = text.disabled = true;
    wanted.hidden = wanted.disabled = false;
    text = wanted;
    if (had) text.focus();
  }

  function asksPhone() {
    var line = list.lastElementChild;
    while (line && !line.classList.contains("mine") && !line.dataset.asks) line = line.previousElementSibling;
    return Boolean(line) && line.dataset.asks === "phone";
  }

  // --- what I send: one after the other, again with the same id until it has arrived ---

  function newId() {
    var bytes = crypto.getRandomValues(new Uint8Array(12));
    return Array.prototype.map.call(bytes, function (byte) { return byte.toString(16).padStart(2, "0"); }).join("");
  }

  function showWaiting(item, words, blobs) {
    var line = document.createElement("li"), bubble = document.createElement("div"), state = document.createElement("p");
    line.className = "line mine pending fresh";
    line.dataset.key = item.key;
    bubble.className = "bubble";
    blobs.forEach(function (blob) {
      if (blob.type.indexOf("image/") !== 0) { words = words || "录音"; return; }
      var image = new Image();
      image.src = URL.createObjectURL(blob);
      image.alt = "照片";
      var frame = document.createElement("span");
      frame.className = "photo";
      frame.append(image);
      bubble.append(frame);
    });
    if (words) {
      var paragraph = document.createElement("p");
      paragraph.className = "text";
      paragraph.textContent = words;
      bubble.append(paragraph);
    }
    state.className = "state";
    line.append(bubble, state);
    list.append(line);
    turnBox();
    follow();
    item.line = line;
    item.state = state;
  }

  function enqueue(form, words, blobs) {
    var item = { key: form.get("id"), form: form, tries: 0 };
    if (standing(item.key)) return;
    showWaiting(item, words, blobs);
    queue.push(item);
    send();
  }

  function send() {
    if (isSending || !queue.length) return;
    var item = queue[0];
    isSending = true;
    fetch(base + "say", { method: "POST", body: item.form, headers: { Accept: "application/json" }, credentials: "same-origin" })
      .then(function (answer) {
        if (answer.ok) { queue.shift(); item.state.textContent = ""; item.line.classList.remove("pending"); return null; }
        if (answer.status >= 500) throw new Error("later");
        return answer.json().then(function (said) { queue.shift(); refuse(item, said.sentence); });
      })
      .then(function () { isSending = false; send(); })
      .catch(function () {
        isSending = false;
        item.tries += 1;
        item.state.textContent = "没网，一连上就自动发";
        setTimeout(send, Math.min(1000 * item.tries, 8000));
      });
  }

  function refuse(item, sentence) {
    item.line.remove();
    turnBox();
    var words = item.form.get("text");
    if (words && !text.value) text.value = words;
    say(sentence || "没发出去，请刷新这一页再试。");
  }

  function say(sentence) { hint.textContent = sentence; hint.hidden = !sentence; }

  list.addEventListener("submit", function (event) {
    event.preventDefault();
    var form = event.target, data = new FormData(form), button = event.submitter;
    if (button && button.name) data.set(button.name, button.value);
    enqueue(data, button && button.name ? button.textContent : data.get("text"), []);
    form.elements.namedItem("id").value = newId();
    hold(form);
  });

  // The second half of a double tap falls on buttons that rest for a moment.
  function hold(form) {
    var buttons = form.querySelectorAll("button");
    buttons.forEach(function (button) { button.disabled = true; });
    setTimeout(function () { buttons.forEach(function (button) { button.disabled = false; }); }, 700);
  }

  list.addEventListener("click", function (event) {
    if (!event.target.classList.contains("locate")) return;
    var button = event.target, form = button.form;
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(function (found) {
      var data = new FormData(form);
      data.set("latitude", found.coords.latitude);
      data.set("longitude", found.coords.longitude);
      form.elements.namedItem("id").value = newId();
      button.disabled = false;
      enqueue(data, "我的位置", []);
    }, function () {
      button.disabled = false;
      say("没有取到位置，请直接写村或者社区的名字。");
    }, { timeout: 10000, maximumAge: 60000 });
  });
  if (!navigator.geolocation || !window.isSecureContext) document.documentElement.classList.remove("js-place");
  else document.documentElement.classList.add("js-place");

  composer.addEventListener("submit", function (event) {
    event.preventDefault();
    var words = text.value.trim();
    if (!words && !chosen.length) { text.focus(); return; }
    var data = new FormData();
    ["form", "id"].forEach(function (name) { data.set(name, composer.elements.namedItem(name).value); });
    data.set("text", words);
    chosen.forEach(function (blob) { data.append("file", blob, blob.name || "照片.jpg"); });
    var blobs = chosen;
    chosen = [];
    text.value = "";
    composer.elements.namedItem("id").value = newId();
    drawTray();
    say("");
    fit();
    enqueue(data, words, blobs);
    text.focus();
  });

  plain.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    composer.requestSubmit();
  });
  plain.addEventListener("input", function () {
    fit();
    turnBox();
    var left = limit - plain.value.length;
    if (left <= 0) say("已经写满 " + limit + " 字，后面的写不进去了。请先发送，再接着写。");
    else say(left <= 200 ? "还能写 " + left + " 字。" : "");
  });
  function fit() {
    if (window.CSS && CSS.supports("field-sizing", "content")) return;
    plain.rows = Math.min(5, plain.value.split("\n").length + Math.floor(plain.value.length / 14));
  }

  // --- photos and recordings ---

  composer.addEventListener("change", function (event) {
    if (event.target.type !== "file") return;
    var files = Array.prototype.slice.call(event.target.files);
    event.target.value = "";
    say("");
    Promise.all(files.map(shrink)).then(function (blobs) {
      var fine = blobs.filter(function (blob) { return blob.size <= MAX_BYTES; });
      if (fine.length < blobs.length) say("有文件超过 10 MB，太大了，没有放进来。");
      if (chosen.length + fine.length > MAX_FILES) say("一次最多发 " + MAX_FILES + " 个，多的请下一次再发。");
      chosen = chosen.concat(fine).slice(0, MAX_FILES);
      drawTray();
      text.focus();
    });
  });

  function shrink(file) {
    if (file.type.indexOf("image/") !== 0 || !window.createImageBitmap) return Promise.resolve(file);
    return createImageBitmap(file, { imageOrientation: "from-image" }).then(function (picture) {
      var scale = Math.min(1, MAX_SIDE / Math.max(picture.width, picture.height));
      var canvas = document.createElement("canvas");
      canvas.width = Math.max(1, Math.round(picture.width * scale));
      canvas.height = Math.max(1, Math.round(picture.height * scale));
      var pen = canvas.getContext("2d");
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
      return new Promise(function (done) { canvas.toBlob(function (blob) { done(blob || file); }, "image/jpeg", 0.85); });
    }).catch(function () { return file; });
  }

  function drawTray() {
    tray.textContent = "";
    chosen.forEach(function (blob, place) {
      var figure = document.createElement("figure"), remove = document.createElement("button"), what;
      if (blob.type.indexOf("image/") === 0) {
        what = new Image();
        what.src = URL.createObjectURL(blob);
        what.alt = "要发的照片";
      } else {
        what = document.createElement("span");
        what.textContent = blob.name || "录音";
      }
      remove.type = "button";
      remove.className = "quiet";
      remove.textContent = "去掉";
      remove.addEventListener("click", function () { chosen.splice(place, 1); drawTray(); });
      figure.append(what, remove);
      tray.append(figure);
    });
    tray.hidden = !chosen.length;
  }

  if ("serviceWorker" in navigator && window.isSecureContext) navigator.serviceWorker.register("/sw.js").catch(function () {});
  plain.disabled = plain.hidden;  // a browser may keep what it was before the page was loaded anew
  digits.disabled = digits.hidden;
  follow();
  connect();
})();
