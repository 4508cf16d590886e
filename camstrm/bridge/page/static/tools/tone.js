/** A tone that can be turned by the ear: WebAudio, which browsers allow only after a gesture. */

/** Loud enough for a hall, soft enough for headphones. */
const VOLUME = 0.12;
/** Times in which pitch and volume follow: without them each change is a click. */
const GLIDE_S = 0.04;
const FADE_S = 0.015;
/** Length of a tone between two pauses. */
const BEEP_S = 0.12;

export class ToneGenerator {
  /** @type {AudioContext | null} made at the first gesture */
  #audio = null;
  /** @type {OscillatorNode | null} */
  #oscillator = null;
  /** @type {GainNode | null} */
  #gain = null;
  /** performance.now() until which it beeps, or is silent. */
  #untilMs = 0;
  #beeping = false;

  /** To be called in a gesture; gives whether the browser lets it sound. */
  async start() {
    try {
      this.#audio ??= new AudioContext();
      await this.#audio.resume();
    } catch {
      return false;
    }
    if (this.#oscillator === null) {
      this.#gain = new GainNode(this.#audio, { gain: 0 });
      this.#oscillator = new OscillatorNode(this.#audio, { type: "triangle", frequency: 220 });
      this.#oscillator.connect(this.#gain).connect(this.#audio.destination);
      this.#oscillator.start();
    }
    return this.#audio.state === "running";
  }

  /**
   * Follow the tone of the model; to be called often.
   * @type {(tone: {frequency: number, pauseMs: number} | null, nowMs: number) => void}
   */
  follow(tone, nowMs) {
    const { currentTime = 0 } = this.#audio ?? {};
    if (tone !== null && tone.pauseMs === 0) this.#beeping = true;
    else if (tone !== null && nowMs >= this.#untilMs) {
      this.#beeping = !this.#beeping;
      this.#untilMs = nowMs + (this.#beeping ? BEEP_S * 1000 : tone.pauseMs);
    }
    const loud = tone !== null && this.#beeping;
    this.#gain?.gain.setTargetAtTime(loud ? VOLUME : 0, currentTime, FADE_S);
    if (tone !== null) this.#oscillator?.frequency.setTargetAtTime(tone.frequency, currentTime, GLIDE_S);
  }

  stop() {
    this.#oscillator?.stop();
    this.#oscillator = this.#gain = null;
    this.#audio?.close();
    this.#audio = null;
    this.#beeping = false;
  }
}
