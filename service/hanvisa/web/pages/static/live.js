// The connection by which a page hears what changes. It mends itself, and while it is lost the page says so.
// Each connection begins with everything as it is now, so nothing is missed: what is searched for goes along.
"use strict";

const AGAIN = [500, 2500]; // milliseconds until it is tried again: not by all at once after a restart
const SILENCE = 40000; // the service sends something every fifteen seconds
const SOON = 3000; // after each change the service sends something sooner
const FLICKER = 1500; // what is mended sooner is not told

// What htmx's extension for server-sent events takes for an EventSource: one that never gives up.
class Connection {
  constructor(url) {
    this.url = url;
    this.listeners = [];
    this.heard = -Infinity;
    this.lives = this.lives.bind(this);
    this.expects = this.expects.bind(this);
    document.addEventListener("htmx:beforeSend", this.expects);
    this.connect();
  }

  connect() {
    this.source?.close();
    const followed = document.getElementById("followed")?.value;
    this.source = new EventSource(followed ? `${this.url}&${followed}` : this.url);
    this.source.onopen = (event) => this.opens(event);
    this.source.onerror = () => this.fails();
    this.source.addEventListener("beat", (event) => this.beats(event));
    this.source.addEventListener("over", () => location.reload());
    for (const [name, listener] of this.listeners) this.hears(name, listener);
    this.connectIn(SILENCE);
  }

  opens(event) {
    this.lives();
    this.onopen?.(event);
  }

  beats(event) {
    setClocks(event.data);
    this.lives();
  }

  hears(name, listener) {
    this.source.addEventListener(name, listener);
    this.source.addEventListener(name, this.lives);
  }

  // What a change has changed comes here alone, and not with its answer, so that nothing older comes later. After each one,
  // done or refused, the service sends something here: where nothing comes, the connection is lost. Where it was not the
  // service that answered, or not as it should, nobody knows what has been done: everything is asked for anew.
  expects(event) {
    const { requestConfig, xhr } = event.detail;
    if (requestConfig.verb === "get") return;
    const sent = performance.now();
    xhr.addEventListener("loadend", () => {
      if (!isOurs(xhr.getResponseHeader(SIGN)) || xhr.status >= 500) this.connect();
      else if (this.heard < sent) this.connectWithin(this.source.readyState === EventSource.CLOSED ? 0 : SOON);
    });
  }

  // Who goes on trying doesn't put it off.
  connectWithin(milliseconds) {
    if (performance.now() + milliseconds < this.dueAt) this.connectIn(milliseconds);
  }

  connectIn(milliseconds) {
    clearTimeout(this.due);
    this.dueAt = performance.now() + milliseconds;
    this.due = setTimeout(() => { this.fails(); this.connect(); }, milliseconds);
  }

  lives() {
    this.heard = performance.now();
    clearTimeout(this.telling);
    this.telling = undefined;
    tellConnection("");
    this.connectIn(SILENCE);
  }

  fails() {
    this.telling ??= setTimeout(() => tellConnection(connection().dataset.lost), FLICKER);
    this.source.close(); // the browser itself would connect as it did first
    const [soonest, latest] = AGAIN;
    this.connectIn(soonest + Math.random() * (latest - soonest));
  }

  addEventListener(name, listener) {
    this.listeners.push([name, listener]);
    this.hears(name, listener);
  }

  removeEventListener(name, listener) {
    this.listeners = this.listeners.filter(([each, one]) => each !== name || one !== listener);
    this.source.removeEventListener(name, listener);
  }

  close() {
    document.removeEventListener("htmx:beforeSend", this.expects);
    clearTimeout(this.due);
    clearTimeout(this.telling);
    this.source.close();
  }
}

// What the page asks for by itself is no use of the sign-in, which would never end.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.triggeringEvent?.type.startsWith("sse:")) event.detail.headers["X-Follows"] = "yes";
});

htmx.createEventSource = (url) => new Connection(url);

function connection() {
  return document.getElementById("connection");
}

function tellConnection(words) {
  if (connection().textContent !== words) connection().textContent = words;
}
