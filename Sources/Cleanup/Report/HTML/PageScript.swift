/// What the page does beyond showing: searching, filtering and sorting.
///
/// Without it all is there to be read.
enum PageScript {
    static let text = #"""
        (() => {
          "use strict";
          document.documentElement.classList.add("js");
          for (const tools of document.querySelectorAll(".tools")) tools.hidden = false;
          const params = () => new URLSearchParams(location.hash.slice(1));
          const panels = [...document.querySelectorAll("[data-panel]")].map((panel) => {
            const body = panel.querySelector("tbody");
            const rows = [...body.rows].map((row, place) => ({
              row, place, text: row.textContent.toLowerCase(), rule: row.dataset.rule || "",
              gone: row.classList.contains("gone"),
            }));
            const find = (name) => panel.querySelector("[data-" + name + "]");
            return {body, rows, query: find("query"), action: find("action"), rule: find("rule-filter"),
              count: find("count"), none: find("none"), heads: [...panel.querySelectorAll("th[data-sort]")],
              sort: "", down: false};
          });
          const number = new Intl.NumberFormat("en");
          const apply = (panel) => {
            const words = panel.query.value.toLowerCase().split(/\s+/).filter(Boolean);
            const action = panel.action.value, rule = panel.rule.value;
            let shown = 0;
            for (const item of panel.rows) {
              const fits = (action === "" || (action === "delete") === item.gone)
                && (rule === "" || item.rule === rule) && words.every((word) => item.text.includes(word));
              item.row.hidden = !fits;
              if (fits) shown += 1;
            }
            panel.count.textContent = shown === panel.rows.length
              ? number.format(shown) + " tags" : number.format(shown) + " of " + number.format(panel.rows.length) + " tags";
            panel.none.hidden = shown > 0;
          };
          const order = (panel, key, down) => {
            panel.sort = key;
            panel.down = down;
            const column = panel.heads.findIndex((head) => head.dataset.sort === key);
            for (const head of panel.heads) {
              if (head.dataset.sort === key) head.setAttribute("aria-sort", down ? "descending" : "ascending");
              else head.removeAttribute("aria-sort");
            }
            const values = new Map(panel.rows.map((item) => {
              const cell = item.row.cells[column];
              const value = cell && cell.dataset.v;
              return [item, value === undefined ? (cell ? cell.textContent : "") : value === "" ? null : Number(value)];
            }));
            const sorted = column < 0 ? panel.rows.slice() : panel.rows.slice().sort((one, other) => {
              const a = values.get(one), b = values.get(other);
              if (a === b) return one.place - other.place;
              if (a === null) return 1;
              if (b === null) return -1;
              const less = typeof a === "string" ? a.localeCompare(b, "en", {numeric: true}) : a - b;
              return (down ? -less : less) || one.place - other.place;
            });
            panel.body.append(...sorted.map((item) => item.row));
          };
          const remember = (panel) => {
            const next = new URLSearchParams();
            if (panel.query.value) next.set("q", panel.query.value);
            if (panel.action.value) next.set("action", panel.action.value);
            if (panel.rule.value) next.set("rule", panel.rule.value);
            if (panel.sort) next.set("sort", (panel.down ? "-" : "") + panel.sort);
            history.replaceState(null, "", "#" + next.toString());
          };
          const recall = () => {
            const given = params();
            for (const panel of panels) {
              panel.query.value = given.get("q") || "";
              for (const [field, name] of [[panel.action, "action"], [panel.rule, "rule"]]) {
                const value = given.get(name) || "";
                field.value = [...field.options].some((option) => option.value === value) ? value : "";
              }
              const key = given.get("sort") || "";
              if (key) order(panel, key.replace(/^-/, ""), key.startsWith("-"));
              apply(panel);
            }
          };
          for (const panel of panels) {
            for (const field of [panel.query, panel.action, panel.rule]) {
              field.addEventListener("input", () => { apply(panel); remember(panel); });
            }
            for (const head of panel.heads) {
              const button = document.createElement("button");
              button.type = "button";
              button.append(...head.childNodes);
              head.append(button);
              button.addEventListener("click", () => {
                const key = head.dataset.sort;
                order(panel, key, panel.sort === key ? !panel.down : false);
                remember(panel);
              });
            }
          }
          document.addEventListener("keydown", (event) => {
            if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || panels.length === 0) return;
            if (/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) return;
            event.preventDefault();
            panels[0].query.focus();
          });
          addEventListener("hashchange", () => { if (location.hash.includes("=")) recall(); });
          recall();
        })();
        """#
}
