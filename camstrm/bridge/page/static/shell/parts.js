/** All panels, tools and actions of the page: each module registers itself. One line for each. */

import "./actions.js";
