/** All panels, tools and actions of the page: each module registers itself. One line for each. */

import "./actions.js";
import "../panels/diagnose.js";
import "../panels/features.js";
import "../panels/sets.js";
import "../panels/setup.js";
import "../panels/share.js";
