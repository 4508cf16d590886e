/**
 * Where the page begins: its texts first, then everything else. The types that its modules share in
 * their JSDoc are in tests/js/page.d.ts.
 */

import { readPlace } from "./model/place.js";
import { Settings } from "./model/settings.js";
import { followAppearance } from "./shell/appearance.js";
import { speak } from "./shell/language.js";
import { startViewer } from "./shell/viewer.js";

const settings = new Settings(browserStorage());
followAppearance(settings);
const { language } = readPlace(window.location.hash);
await speak(language || settings.get("language", ""));
await startViewer(settings);

/** The browser's storage, where the person allows it. */
function browserStorage() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
