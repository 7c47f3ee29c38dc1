// Browsers start no worker from disk, where search has to work too: there a hidden frame
// runs its script. Zensical leaves out its own remedy, which another host serves, where a
// polyfill of this name is configured.
if (location.protocol === "file:") {
  window.Worker = class {
    constructor(url) {
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      this.ready = new Promise((resolve) => {
        const run = () => {
          const inside = this.frame.contentWindow;
          inside.postMessage = (said) => {
            const data = structuredClone(said);
            setTimeout(() => this.onmessage?.({ data }));
          };
          const script = inside.document.createElement("script");
          script.src = url;
          script.addEventListener("load", () => resolve(inside));
          inside.document.head.append(script);
        };
        this.frame.addEventListener("load", run, { once: true });
      });
      document.body.append(this.frame);
    }

    // What is said is copied, as between threads: neither side sees the other's changes.
    postMessage(said) {
      const data = structuredClone(said);
      this.ready.then((inside) => inside.onmessage?.({ data }));
    }

    terminate() {
      this.frame.remove();
    }
  };
}
