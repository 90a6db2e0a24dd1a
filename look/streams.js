// Streams of events that all windows of a browser share. A browser has six connections to one server, whatever the
// number of its windows; so a worker listens for all of them. This file is both ends: what a page calls, and the worker.
"use strict";
(() => {
  // Calls `heard` with each event's kind, data and id, and `joined` where another window listens already, so that this
  // one did not hear how the stream began. Gives what ends it.
  const listen = (address, kinds, after, heard, joined) => {
    let end = () => {};
    const alone = () => {
      const source = opened(address, kinds, after, (event) => heard(event.kind, event.data, event.id));
      end = () => source.close();
    };
    if (!window.SharedWorker) {
      alone();
    } else {
      const worker = new SharedWorker("/look/streams.js");
      worker.onerror = alone;
      worker.port.onmessage = ({ data }) => (data.joined ? joined() : heard(data.kind, data.data, data.id));
      worker.port.postMessage({ address, kinds, after });
      end = () => { worker.port.postMessage(null); worker.port.close(); };
    }
    return () => end();
  };

  const opened = (address, kinds, after, heard) => {
    const from = new URL(address, location.href);
    if (after) from.searchParams.set("after", after);
    const source = new EventSource(from);
    for (const kind of kinds) {
      source.addEventListener(kind, (event) => heard({ kind, data: event.data, id: event.lastEventId }));
    }
    return source;
  };

  // The worker: one stream for each address that a window listens to.
  const streams = new Map();
  const leave = (port) => {
    for (const [address, stream] of streams) {
      if (!stream.ports.delete(port) || stream.ports.size > 0) continue;
      stream.source.close();
      streams.delete(address);
    }
  };
  const begin = (stream, address, kinds, after) => {
    stream.source?.close();
    stream.last = after;
    const source = stream.source = opened(address, kinds, after, (event) => {
      if (event.id) stream.last = event.id;
      for (const port of stream.ports) port.postMessage(event);
    });
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED && streams.get(address) === stream) streams.delete(address);
    };
  };
  const join = (port, { address, kinds, after }) => {
    const there = streams.get(address);
    const stream = there ?? { ports: new Set() };
    streams.set(address, stream);
    stream.ports.add(port);
    // Who comes from before what the others heard last hears it, too; and they once more.
    if (!there || (after && !isAfter(after, stream.last) && after !== stream.last)) begin(stream, address, kinds, after);
    if (there) port.postMessage({ joined: true });
  };

  // Ids are numbered within an epoch of the server. Of two epochs nobody knows which came first.
  const isAfter = (id, other) => {
    const [[epoch, number], [others, before]] = [id, other || ""].map((one) => one.split("-"));
    return epoch === others && Number(number) > Number(before);
  };

  if (self.SharedWorkerGlobalScope && self instanceof SharedWorkerGlobalScope) {
    self.onconnect = ({ ports: [port] }) => {
      port.onmessage = ({ data }) => (data === null ? leave(port) : join(port, data));
      port.onclose = () => leave(port);
    };
  } else {
    window.streams = { listen, isAfter };
  }
})();
