/** GenApi persistence files (.pfs, .mfs), as far as viewers write and show them. No DOM. */

/** The first line of a file with one set of settings. */
export const MAGIC = "# {05D8C294-F295-4dfb-9D01-096BD04049F4}";

/** Several settings as one file, in their order. @param {FeatureSetting[]} settings */
export function settingsText(settings) {
  const lines = settings.map(({ feature, value, selectors = {} }) => {
    const pairs = Object.entries(selectors).map(([name, chosen]) => `${name}=${chosen}`);
    const braces = pairs.length === 0 ? [] : [`{${pairs.join(",")}}`];
    return [feature, ...braces, valueText(value)].join("\t");
  });
  return `${[MAGIC, ...lines].join("\n")}\n`;
}

/** @param {FeatureValue} value */
function valueText(value) {
  return typeof value === "boolean" ? (value ? "1" : "0") : String(value);
}
