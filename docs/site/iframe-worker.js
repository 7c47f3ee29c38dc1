// Browsers start no worker from disk, where search has to work too: there a hidden frame
// runs its script. Zensical leaves out its own remedy, which another host serves, where a
// polyfill of this name is configured.
if (location.protocol === "file:") {
  window.Worker = class {
    constructor(url) {
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      this.ready = new Promise((resolve) => {
        this.frame.addEventListener("load", () => {
          const inside = this.frame.contentWindow;
          inside.postMessage = (data) =>
            setTimeout(() => this.onmessage?.({ data }));
          const script = inside.document.createElement("script");
          script.src = url;
          script.addEventListener("load", resolve);
          inside.document.head.append(script);
        }, { once: true });
      });
      document.body.append(this.frame);
    }

    async postMessage(data) {
      await this.ready;
      this.frame.contentWindow?.onmessage?.({ data });
    }

    terminate() {
      this.frame.remove();
    }
  };
}
