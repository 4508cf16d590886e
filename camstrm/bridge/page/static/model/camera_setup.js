/**
 * Which features make the cards of the set-up panel, under the names that makers give them. No DOM.
 * The Qt viewer has the same in camera_setup.py; tests/vectors/viewing/camera_setup.json holds both to it.
 */

/**
 * Cards in their order, the parts of each, and the names of a part: SFNC's first, then those of
 * older cameras (Basler's Abs and Raw, FLIR's Enabled, Hikrobot's Resulting). The first part is
 * what the card is there for: a camera without it has no such card.
 * @type {Record<string, Record<string, string[]>>}
 */
const CARDS = {
  exposure: {
    value: ["ExposureTime", "ExposureTimeAbs", "ExposureTimeRaw"],
    auto: ["ExposureAuto"],
  },
  gain: {
    value: ["Gain", "GainAbs", "GainRaw"],
    auto: ["GainAuto"],
    selector: ["GainSelector"],
  },
  black: {
    value: ["BlackLevel", "BlackLevelAbs", "BlackLevelRaw"],
    auto: ["BlackLevelAuto"],
    enable: ["BlackLevelEnable", "BlackLevelEnabled"],
    selector: ["BlackLevelSelector"],
  },
  gamma: {
    value: ["Gamma"],
    enable: ["GammaEnable", "GammaEnabled"],
    selector: ["GammaSelector"],
  },
  white: {
    value: ["BalanceRatio", "BalanceRatioAbs", "BalanceRatioRaw"],
    auto: ["BalanceWhiteAuto"],
    selector: ["BalanceRatioSelector"],
  },
  rate: {
    value: ["AcquisitionFrameRate", "AcquisitionFrameRateAbs"],
    auto: ["AcquisitionFrameRateAuto"],
    enable: ["AcquisitionFrameRateEnable", "AcquisitionFrameRateEnabled"],
    resulting: [
      "ResultingFrameRate",
      "AcquisitionResultingFrameRate",
      "BslResultingAcquisitionFrameRate",
      "BslResultingFrameRate",
      "ResultingFrameRateAbs",
      "AcquisitionResultingFrameRateAbs",
    ],
  },
  region: {
    width: ["Width"],
    height: ["Height"],
    x: ["OffsetX"],
    y: ["OffsetY"],
    widest: ["WidthMax", "SensorWidth"],
    highest: ["HeightMax", "SensorHeight"],
  },
  format: { value: ["PixelFormat"] },
  trigger: {
    mode: ["TriggerMode"],
    selector: ["TriggerSelector"],
    source: ["TriggerSource"],
    activation: ["TriggerActivation"],
    delay: ["TriggerDelay", "TriggerDelayAbs"],
    software: ["TriggerSoftware"],
  },
  indicator: { value: ["DeviceIndicatorMode"] },
};

/**
 * The cards of a camera. A part that it has not is missing; what is hidden at the moment (an
 * exposure time while the automatic is on) is there.
 * @type {(tree: FeatureTree, states?: Map<string, FeatureState>) => SetupCard[]}
 */
export function cardsOf(tree, states = new Map()) {
  const cards = [];
  for (const [id, parts] of Object.entries(CARDS)) {
    /** @type {Record<string, string>} */
    const found = {};
    for (const [part, names] of Object.entries(parts)) {
      const there = names.filter((name) => tree.info(name) !== null && states.get(name)?.access !== "NI");
      // Of two spellings the one that can be used now.
      const name = there.find((other) => (states.get(other)?.access ?? "RW") !== "NA") ?? there[0];
      if (name !== undefined) found[part] = name;
    }
    if (Object.keys(parts)[0] in found) cards.push({ id, parts: found });
  }
  return cards;
}

/** All features that the cards show. @param {SetupCard[]} cards */
export function featuresOf(cards) {
  return [...new Set(cards.flatMap(({ parts }) => Object.values(parts)))];
}

/**
 * The entries of a choice with what can be chosen now.
 * @type {(info: FeatureInfo, state: FeatureState | undefined) => { name: string, text: string, there: boolean }[]}
 */
export function choicesOf(info, state) {
  const there = state?.entries;
  return (info.entries ?? []).map(({ name, display_name: text }) => ({
    name,
    text: text || name,
    there: there === undefined || there.length === 0 || there.includes(name),
  }));
}

/**
 * "off", "once", "continuous" of an automatic, or its value where that is another word.
 * @type {(value: FeatureValue | undefined) => string}
 */
export function automaticOf(value) {
  const text = String(value ?? "Off").toLowerCase();
  return text === "false" ? "off" : text === "true" ? "continuous" : text;
}
