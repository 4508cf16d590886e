/** The panel of settings: files of the chosen camera, for cameras of its model too, and its user sets. */

import { setText } from "../figures.js";
import { FileRun, differenceRows, fileName, fileProblem, sameModel } from "../model/feature_files.js";
import { element } from "../shell/elements.js";
import { registerPanel } from "../shell/registry.js";
import { say } from "../texts.js";
import { button } from "./controls.js";
import { FeatureSession } from "./feature_session.js";
import { LeaseLine } from "./lease_line.js";
import { box } from "./share.js";
import { UserSetCard } from "./user_set_card.js";

/** Differences that are shown: more than anybody reads. */
const MOST_ROWS = 400;

class SetsPanel {
  id = "sets";
  element = element("div", { className: "panel sets" });
  #services;
  /** @type {FeatureSession} */
  #session;
  #lease;
  #userSets;
  #message = element("p", { className: "message" });
  #save = button(say("sets.file.save"), () => this.#saveFile());
  #open = button(say("sets.file.open"), () => this.#input.click());
  #input = element("input", { type: "file", accept: ".pfs,.mfs,.txt", hidden: true });
  #note = element("p", { className: "note", hidden: true });
  #result = element("section", { hidden: true });
  #summary = element("p");
  #table = element("table");
  #targets = element("fieldset", { className: "boxes" });
  #stop = element("input", { type: "checkbox", checked: true });
  #apply = button(say("sets.apply.do"), () => this.#applyFile(), "primary");
  #runList = element("ul", { className: "run" });
  /** What was opened. @type {{ name: string, text: string } | null} */
  #file = null;
  #enabled = false;
  /** A file is being applied. */
  #running = false;

  /** @param {Services} services */
  constructor(services) {
    this.#services = services;
    this.#userSets = new UserSetCard(services, (operation, args) => this.#call(operation, args));
    this.#session = new FeatureSession(services, () => ({ names: this.#userSets.features(this.#session.watch.tree) }), () => this.#paint());
    this.#lease = new LeaseLine(services);
    this.#input.addEventListener("change", () => this.#read());
    this.#input.setAttribute("aria-label", say("sets.file.open"));
    const stop = element("label", { className: "switch" }, this.#stop, element("span", { textContent: say("sets.apply.stop") }));
    this.#result.append(
      this.#summary,
      element("div", { className: "table", tabIndex: 0 }, this.#table),
      this.#targets,
      stop,
      element("div", { className: "buttons" }, this.#apply),
      this.#runList,
    );
    const card = element(
      "section",
      { className: "card" },
      element("h3", { textContent: say("sets.file") }),
      element("p", { className: "about", textContent: say("sets.file.hint") }),
      element("div", { className: "buttons" }, this.#save, this.#open, this.#input),
      this.#note,
      this.#result,
    );
    this.element.append(this.#lease.element, this.#message, card, this.#userSets.element);
  }

  /** @param {CameraInfo | null} camera */
  show(camera) {
    if (camera?.name !== this.#session.camera?.name) {
      this.#file = null;
      this.#result.hidden = true;
      this.#say("");
      this.#userSets.reset();
    }
    this.#session.show(camera);
    this.#message.hidden = camera !== null;
    setText(this.#message, say("setup.none"));
    this.#lease.element.hidden = camera === null;
    if (camera === null) this.#save.disabled = this.#open.disabled = true;
  }

  hide() {
    this.#session.hide();
  }

  #paint() {
    const { editor, camera, watch } = this.#session;
    if (editor === null || camera === null) return;
    const flow = editor.lease;
    const connected = this.#services.status() !== null;
    this.#enabled = connected && (flow.may === "mine" || flow.may === "free");
    this.#lease.show(flow, camera.index);
    this.#save.disabled = this.#open.disabled = !connected;
    this.#apply.disabled = !this.#enabled || this.#running;
    this.#userSets.show(watch, this.#enabled);
  }

  /** @type {(text: string, level?: string) => void} */
  #say(text, level = "ok") {
    this.#note.hidden = text === "";
    this.#note.dataset.level = level;
    setText(this.#note, text);
    if (text !== "") this.#services.announce(text, level === "error");
  }

  /** A call that needs the lease, which is taken if nobody has it. @type {(operation: string, args: object) => Promise<any>} */
  async #call(operation, args) {
    const { editor } = this.#session;
    if (editor === null) throw new Error("no camera is shown");
    if (editor.lease.may === "free") await this.#services.call(editor.index, "lease", { action: "take" });
    return this.#services.call(editor.index, operation, args);
  }

  async #saveFile() {
    const { camera } = this.#session;
    if (camera === null) return;
    this.#say(say("sets.file.saving", { name: camera.name }));
    try {
      const { text, settings: count = 0 } = await this.#services.call(camera.index, "save", {});
      const file = fileName(camera.name, new Date());
      const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
      element("a", { href: url, download: file }).click();
      // The browser has to have begun with it.
      window.setTimeout(() => URL.revokeObjectURL(url), 60_000);
      this.#say(say("sets.file.saved", { count, file }));
    } catch (error) {
      this.#fail(/** @type {FailedCall} */ (error));
    }
  }

  /** @param {FailedCall} error */
  #fail({ message, remedy }) {
    this.#say(remedy ? say("setup.failed_remedy", { message, remedy }) : message, "error");
  }

  async #read() {
    const [chosen] = this.#input.files ?? [];
    this.#input.value = "";
    if (chosen === undefined) return;
    const most = this.#services.stream.hello?.limits.max_message_size ?? 65536;
    this.#result.hidden = true;
    this.#file = null;
    const text = chosen.size > most ? "" : await chosen.text();
    const problem = chosen.size > most ? "sets.file.large" : fileProblem(text, most);
    if (problem !== "") {
      this.#say(say(problem), "error");
      return;
    }
    this.#file = { name: chosen.name, text };
    await this.#compare();
  }

  async #compare() {
    const { camera } = this.#session;
    const file = this.#file;
    if (camera === null || file === null) return;
    this.#say(say("sets.diff.comparing", { file: file.name, name: camera.name }));
    try {
      const { differences = [], equal = 0 } = await this.#services.call(camera.index, "diff", { text: file.text });
      if (file !== this.#file) return;
      this.#say("");
      this.#showDifferences(camera, file.name, differences, equal);
    } catch (error) {
      this.#fail(/** @type {FailedCall} */ (error));
    }
  }

  /** @type {(camera: CameraInfo, file: string, differences: FeatureDifference[], equal: number) => void} */
  #showDifferences(camera, file, differences, equal) {
    const count = differences.length;
    const text = count === 0 ? say("sets.diff.equal", { name: camera.name, file }) : say("sets.diff.found", { count, file, equal });
    setText(this.#summary, text);
    this.#services.announce(text);
    const names = ["feature", "file", "camera"].map((name) => element("th", { textContent: say(`sets.diff.${name}`), scope: "col" }));
    const rows = differenceRows(differences).slice(0, MOST_ROWS).map(({ feature, wanted, value }) =>
      element("tr", {}, ...[feature, wanted, value].map((textContent) => element("td", { textContent }))),
    );
    this.#table.replaceChildren(element("thead", {}, element("tr", {}, ...names)), element("tbody", {}, ...rows));
    this.#table.hidden = count === 0;
    const legend = element("legend", { textContent: say("sets.apply") });
    const cameras = sameModel(this.#services.cameras.all(), camera);
    this.#targets.replaceChildren(legend, ...cameras.map(({ index, name }) => box(String(index), name, index === camera.index)));
    this.#runList.replaceChildren();
    this.#result.hidden = false;
  }

  async #applyFile() {
    const file = this.#file;
    const chosen = new Set([...this.#targets.querySelectorAll("input")].filter(({ checked }) => checked).map(({ value }) => Number(value)));
    const cameras = this.#services.cameras.all().filter(({ index }) => chosen.has(index));
    if (file === null || cameras.length === 0) {
      this.#say(say("sets.apply.none"), "error");
      return;
    }
    this.#say("");
    const { id } = this.#services.me();
    const mine = cameras.map(({ index }) => index).filter((index) => this.#services.lease(index)?.viewer === id);
    const run = new FileRun(file.text, cameras, { mine, stop: this.#stop.checked });
    this.#running = true;
    for (let call = run.next(); call !== null; call = run.next()) {
      this.#showRun(run);
      try {
        run.answered(call.id, await this.#services.call(call.camera, call.operation, call.args));
      } catch (error) {
        run.failed(call.id, /** @type {FailedCall} */ (error));
      }
    }
    this.#running = false;
    this.#showRun(run);
    this.#services.announce(run.rows.map((row) => `${row.name}: ${rowText(row)}`).join(", "));
    this.#session.paintSoon();
  }

  /** @param {FileRun} run */
  #showRun(run) {
    this.#runList.replaceChildren(
      ...run.rows.map((row) => {
        const item = element("li", {}, element("strong", { textContent: row.name }), element("span", { textContent: rowText(row) }));
        item.dataset.state = row.state;
        const refused = row.result?.refused ?? [];
        if (refused.length > 0) {
          item.append(element("ul", {}, ...refused.map(({ feature, reason }) => element("li", { textContent: `${feature}: ${reason}` }))));
        }
        return item;
      }),
    );
  }
}

/** @param {FileRow} row */
function rowText({ state, result, problem }) {
  if (state === "failed") return say("sets.run.failed", { message: problem });
  if (state !== "done" || result === null) return say(`sets.run.${state}`);
  const { applied, refused } = result;
  return refused.length === 0 ? say("sets.run.all", { applied }) : say("sets.run.done", { applied, refused: refused.length });
}

registerPanel("sets", (services) => new SetsPanel(services));
