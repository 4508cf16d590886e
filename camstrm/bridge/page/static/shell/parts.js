/** All panels, tools and actions of the page: each module registers itself. One line for each. */

import "./actions.js";
import "./window_actions.js";
import "../panels/connection.js";
import "../panels/diagnose.js";
import "../panels/events.js";
import "../panels/features.js";
import "../panels/layouts.js";
import "../panels/measure.js";
import "../panels/sets.js";
import "../panels/settings.js";
import "../panels/setup.js";
import "../panels/share.js";
import "../tools/zebra.js";
import "../tools/drawing.js";
import "../tools/focus.js";
import "../tools/guides.js";
import "../tools/keep.js";
import "../tools/picture.js";
import "../tools/pixel.js";
