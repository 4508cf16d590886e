/**
 * Who may change a camera, and what this person can do about it. No DOM. The Qt viewer has the same in
 * lease_flow.py; tests/vectors/viewing/feature_edit.json holds both to it.
 */

const CHANGING = ["control", "admin"];

/**
 * `may`: "mine", "free", "other" as FeatureEdit takes it, or "never" without the right. The note
 * is one sentence for the panel, null: nothing to say. `actions` are those of the operation `lease`.
 * @type {(lease: CameraLease | null, me: { id: number, role: string, name: string }, nowUs: number) => LeaseFlow}
 */
export function leaseFlow(lease, me, nowUs) {
  if (!CHANGING.includes(me.role)) {
    return { may: "never", note: { level: "note", key: "setup.lease.view", values: {} }, actions: [] };
  }
  if (lease === null || lease.viewer === 0) return { may: "free", note: null, actions: [] };
  const minutes = String(Math.max(1, Math.ceil((lease.until_us - nowUs) / 60e6)));
  const values = { holder: lease.holder, asked_by: lease.asked_by ?? "", minutes };
  if (lease.viewer === me.id) {
    const asked = values.asked_by !== "";
    const key = asked ? "setup.lease.asked_by" : "setup.lease.mine";
    return { may: "mine", note: { level: asked ? "question" : "ok", key, values }, actions: asked ? ["pass"] : ["give"] };
  }
  const admin = me.role === "admin";
  const waiting = values.asked_by !== "" && values.asked_by === me.name;
  const key = waiting ? "setup.lease.waiting" : values.asked_by !== "" ? "setup.lease.queue" : "setup.lease.other";
  const actions = [...(values.asked_by === "" ? ["ask"] : []), ...(admin ? ["force"] : [])];
  return { may: "other", note: { level: "note", key, values }, actions };
}
