/** All panels, tools and actions of the page: each module registers itself. One line for each. */

import "./actions.js";
import "./window_actions.js";
import "../panels/events.js";
import "../panels/connection.js";
import "../panels/layouts.js";
import "../panels/settings.js";
