/** Who may change which camera, as far as the server has said it. */

export class Rights {
  /** Role of this viewer: "view", "control" or "admin"; empty while it is not known. */
  role = "";
  /** Number of this viewer's connection, 0 while it is not known. */
  #viewer = 0;
  /** @type {Map<number, CameraLease>} by the cameras' index */
  #leases = new Map();

  /** Forget all: the connection is another one. */
  reset() {
    this.role = "";
    this.#viewer = 0;
    this.#leases.clear();
  }

  /** @param {ViewerStatus | null} viewer this page */
  statusReceived(viewer) {
    this.role = viewer?.role ?? "";
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
    const mine = lease.viewer !== 0 && lease.viewer === this.#viewer;
    const text = mine ? `you adjust ${name}` : `${lease.holder} adjusts ${name}`;
    return lease.asked_by === "" ? text : `${text}, ${lease.asked_by} asks for it`;
  }
}
