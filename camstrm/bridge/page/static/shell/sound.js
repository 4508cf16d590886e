/** Two short tones when something is lost (falling) or back (rising), if the person wants them. */

/** Hertz. */
const TONES = { lost: [660, 440], back: [440, 660] };
const TONE_S = 0.18;
const LOUDNESS = 0.12;

export class Sound {
  #settings;
  /** @type {AudioContext | null} made when first needed: browsers want a person's click before */
  #context = null;

  /** @param {Settings} settings */
  constructor(settings) {
    this.#settings = settings;
    settings.changed("sound", (on) => on && this.play(false));
  }

  /** @param {boolean} lost */
  play(lost) {
    if (!this.#settings.get("sound", false)) return;
    this.#context ??= new AudioContext();
    const context = this.#context;
    if (context.state === "suspended") context.resume().catch(() => {});
    (lost ? TONES.lost : TONES.back).forEach((hertz, at) => {
      const start = context.currentTime + at * TONE_S;
      const tone = new OscillatorNode(context, { frequency: hertz, type: "sine" });
      const volume = new GainNode(context, { gain: 0 });
      // From and to nothing, so that it does not click.
      volume.gain.setValueAtTime(0, start);
      volume.gain.linearRampToValueAtTime(LOUDNESS, start + 0.02);
      volume.gain.linearRampToValueAtTime(0, start + TONE_S);
      tone.connect(volume).connect(context.destination);
      tone.start(start);
      tone.stop(start + TONE_S);
    });
  }
}
