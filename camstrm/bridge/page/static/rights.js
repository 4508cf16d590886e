/** Who may change which camera, as far as the server has said it. */

import { say } from "./texts.js";

export class Rights {
  /** Role of this viewer: "view", "control" or "admin"; empty while it is not known. */
  role = "";
  /** Name of its token, empty without one. */
  name = "";
  /** Number of this viewer's connection, 0 while it is not known. */
  #viewer = 0;
  /** @type {Map<number, CameraLease>} by the cameras' index */
  #leases = new Map();

  /** Number of this viewer's connection, 0 while it is not known. */
  get id() {
    return this.#viewer;
  }

  /** Forget all: the connection is another one. */
  reset() {
    this.role = "";
    this.#viewer = 0;
    this.#leases.clear();
  }

  /** @param {ViewerStatus | null} viewer this page */
  statusReceived(viewer) {
    this.role = viewer?.role ?? "";
    this.name = viewer?.name ?? "";
    this.#viewer = viewer?.id ?? 0;
  }

  /** @param {CameraLease[]} leases all that are held */
  leasesReceived(leases) {
    this.#leases = new Map(leases.map((lease) => [lease.camera, lease]));
  }

  /** @param {number} camera by its index; null: nobody has it */
  leaseOf(camera) {
    return this.#leases.get(camera) ?? null;
  }

  /** @param {CameraInfo} camera a sentence for its tile; empty: nobody adjusts it */
  describe({ index, name }) {
    const lease = this.leaseOf(index);
    if (lease === null || lease.holder === "") return "";
    const { holder, asked_by } = lease;
    const mine = lease.viewer !== 0 && lease.viewer === this.#viewer;
    const text = say(mine ? "states.you_adjust" : "states.adjusts", { holder, name });
    return asked_by === "" ? text : say("states.asked_for", { text, person: asked_by });
  }
}
