// Everything a page that is only read needs. Each element enhances HTML that
// works without it; what is larger is imported when it is used.
import { APIList } from "./list";
import { ConsoleIntro } from "./console-intro";
import { Keys } from "./keys";
import { Operations } from "./operations";
import { Sample } from "./sample";
import { Schema } from "./schema";
import { Search } from "./search";
import { Theme } from "./theme";
import { copyButtons } from "./copy";
import { dropMenus } from "./menus";
import { followOldAddress } from "./old-address";

followOldAddress(location);
copyButtons(document);
dropMenus(document);
customElements.define("portico-search", Search);
customElements.define("portico-theme", Theme);
customElements.define("portico-list", APIList);
customElements.define("portico-operations", Operations);
customElements.define("portico-schema", Schema);
customElements.define("portico-sample", Sample);
customElements.define("portico-keys", Keys);
customElements.define("portico-console", ConsoleIntro);
