/// How the page looks: on a screen in light and dark, on a small one, and on paper.
enum PageStyle {
    static let text = #"""
        :root {
          color-scheme: light dark;
          --page: #f6f7f9; --card: #fff; --ink: #16191d; --soft: #5b6470; --line: #e3e6ea; --wash: #eef1f4;
          --kept: #3f7fd6; --gone: #e2703a; --gone-ink: #a8440f; --gone-wash: #fdeee5; --kept-ink: #1f5cae;
          --kept-wash: #e8f0fb; --bad: #b42323; --bad-wash: #fdecec; --focus: #3f7fd6; --hatch: #fff;
          --shadow: 0 1px 2px rgb(20 25 35 / 6%), 0 4px 16px rgb(20 25 35 / 4%);
          --mono: ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #0f1215; --card: #171b20; --ink: #e8ebef; --soft: #98a2ae; --line: #2a3038; --wash: #20262d;
            --kept: #5d9bf0; --gone: #ef8a55; --gone-ink: #f5a97f; --gone-wash: #35211a; --kept-ink: #8fbcf7;
            --kept-wash: #18283d; --bad: #f08a8a; --bad-wash: #371c1e; --focus: #7fb0f5; --hatch: #171b20;
            --shadow: none;
          }
        }
        * { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; }
        body {
          margin: 0; background: var(--page); color: var(--ink);
          font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
          font-variant-numeric: tabular-nums;
        }
        main { max-width: 1160px; margin: 0 auto; padding: 40px 24px 56px; }
        h1, h2, h3 { line-height: 1.2; margin: 0; overflow-wrap: anywhere; letter-spacing: -.015em; }
        h1 { font-size: 30px; font-weight: 680; }
        h2 { font-size: 24px; font-weight: 660; }
        h3 { font-size: 15px; font-weight: 640; letter-spacing: 0; }
        p { margin: 0; }
        a { color: var(--kept-ink); }
        code, .mono { font-family: var(--mono); font-size: .88em; overflow-wrap: anywhere; }
        .brand { color: var(--soft); font-weight: 600; margin-bottom: 8px; }
        .meta { color: var(--soft); margin-top: 12px; display: flex; flex-wrap: wrap; gap: 6px 14px; align-items: center; }
        .pill {
          display: inline-block; border-radius: 99px; padding: 1px 10px; font-size: 13px; font-weight: 600;
          white-space: nowrap; background: var(--wash); color: var(--ink);
        }
        .pill.gone { background: var(--gone-wash); color: var(--gone-ink); }
        .pill.kept { background: var(--kept-wash); color: var(--kept-ink); }
        section.repository { margin-top: 56px; }
        section.repository.only { margin-top: 0; }
        .card {
          background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 20px 22px; margin-top: 16px;
          box-shadow: var(--shadow); min-width: 0;
        }
        .numbers { display: grid; grid-template-columns: repeat(4, 1fr); gap: 16px; margin-top: 24px; }
        .numbers .card { margin: 0; padding: 16px 20px 18px; }
        .numbers dt { color: var(--soft); font-size: 13px; font-weight: 560; }
        .numbers dd { margin: 2px 0 0; font-size: 30px; font-weight: 680; line-height: 1.15; letter-spacing: -.02em; }
        .numbers small { display: block; font-size: 13px; font-weight: 400; color: var(--soft); letter-spacing: 0; }
        .gone-text { color: var(--gone-ink); }
        .kept-text { color: var(--kept-ink); }
        .share { display: block; width: 100%; height: 10px; margin-top: 16px; border-radius: 5px; overflow: hidden; }
        .columns { display: grid; grid-template-columns: 1fr 1fr; gap: 16px; margin-top: 16px; }
        .columns .card { margin: 0; }
        .head { display: flex; flex-wrap: wrap; gap: 4px 16px; justify-content: space-between; align-items: baseline; }
        .note { color: var(--soft); font-size: 13px; }
        .key { display: flex; gap: 16px; font-size: 13px; color: var(--soft); }
        .key span { display: inline-flex; align-items: center; gap: 6px; }
        .key svg, .why svg { width: 12px; height: 12px; flex: none; border-radius: 3px; }
        .scroll { overflow-x: auto; margin-top: 12px; }
        .timeline { display: block; width: 100%; min-width: 620px; height: auto; }
        .timeline .grid { stroke: var(--line); stroke-width: 1; }
        .timeline .tick { fill: var(--soft); font-size: 12px; }
        .timeline .hit { fill: transparent; }
        .timeline g:hover .hit { fill: var(--wash); }
        rect.kept { fill: var(--kept); }
        rect.gone { fill: var(--gone); }
        rect.hatch { fill: url(#hatch); }
        rect.rest { fill: var(--wash); }
        #hatch path { stroke: var(--hatch); stroke-width: 1.4; stroke-opacity: .4; }
        .bars { list-style: none; margin: 14px 0 0; padding: 0; display: grid; gap: 12px; }
        .bars .line { display: flex; gap: 12px; justify-content: space-between; align-items: baseline; }
        .bars .amount { font-weight: 600; white-space: nowrap; }
        .bars .bar { display: block; width: 100%; height: 8px; margin-top: 5px; border-radius: 4px; background: var(--wash); }
        .bars + .note { margin-top: 14px; }
        .why { overflow-wrap: anywhere; min-width: 0; }
        .rule {
          font: 600 12px/1.5 var(--mono); background: var(--wash); color: var(--soft); padding: 0 6px; border-radius: 5px;
          white-space: nowrap;
        }
        .policy { width: 100%; border-collapse: collapse; margin-top: 10px; }
        .policy td { padding: 6px 12px 6px 0; border-top: 1px solid var(--line); vertical-align: baseline; }
        .policy tr:first-child td { border-top: 0; }
        .policy td:first-child { white-space: nowrap; width: 1%; }
        .policy td:last-child { text-align: right; white-space: nowrap; padding-right: 0; color: var(--soft); }
        .trouble { border-color: var(--bad); background: var(--bad-wash); }
        .trouble h3 { color: var(--bad); }
        .trouble ul { margin: 8px 0 0; padding-left: 20px; overflow-wrap: anywhere; }
        .list { padding: 0; }
        .tools {
          display: flex; flex-wrap: wrap; gap: 10px; align-items: center; padding: 14px 22px;
          border-bottom: 1px solid var(--line); position: sticky; top: 0; z-index: 2; background: var(--card);
          border-radius: 12px 12px 0 0; min-height: 65px;
        }
        .tools[hidden] { display: none; }
        .tools input, .tools select {
          font: inherit; color: inherit; background: var(--page); border: 1px solid var(--line); border-radius: 8px;
          padding: 6px 10px; min-width: 0; height: 36px;
        }
        .tools input { flex: 1 1 220px; }
        .tools output { color: var(--soft); font-size: 13px; white-space: nowrap; }
        :focus-visible { outline: 2px solid var(--focus); outline-offset: 1px; }
        table.rows { width: 100%; border-collapse: separate; border-spacing: 0; font-size: 14px; }
        .rows th {
          position: sticky; top: 0; z-index: 1; background: var(--card); text-align: left; font-weight: 600; font-size: 13px;
          color: var(--soft); padding: 10px 10px; border-bottom: 1px solid var(--line); white-space: nowrap;
        }
        .js .rows th { top: 64px; }
        .rows th button { all: unset; cursor: pointer; }
        .rows th button:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 3px; }
        .rows th[aria-sort] { color: var(--ink); }
        .rows th[aria-sort="ascending"] button::after { content: " \2191"; }
        .rows th[aria-sort="descending"] button::after { content: " \2193"; }
        .rows td { padding: 7px 10px; border-bottom: 1px solid var(--line); vertical-align: baseline; }
        .rows tbody tr:last-child td { border-bottom: 0; }
        .rows tbody tr:hover td { background: var(--wash); }
        .rows th:first-child, .rows td:first-child { padding-left: 22px; }
        .rows th:last-child, .rows td:last-child { padding-right: 22px; }
        .rows .name { font-family: var(--mono); font-size: 13px; overflow-wrap: anywhere; min-width: 150px; }
        .rows .right { text-align: right; white-space: nowrap; }
        .rows .digest { font-family: var(--mono); font-size: 12.5px; color: var(--soft); white-space: nowrap; }
        .rows .why { min-width: 200px; }
        .none { padding: 24px 22px; color: var(--soft); }
        details.card > summary { cursor: pointer; font-weight: 640; }
        footer { margin-top: 40px; color: var(--soft); font-size: 13px; max-width: 75ch; }
        .contents { margin: 12px 0 0; padding: 0; list-style: none; display: grid; gap: 6px; }
        .contents li { display: flex; flex-wrap: wrap; gap: 2px 14px; justify-content: space-between; }
        .unseen { position: absolute; width: 0; height: 0; }
        @media (max-width: 860px) {
          .numbers { grid-template-columns: 1fr 1fr; }
          .columns { grid-template-columns: minmax(0, 1fr); }
        }
        @media (max-width: 700px) {
          main { padding: 24px 14px 40px; }
          h1 { font-size: 23px; }
          h2 { font-size: 20px; }
          .card { padding: 16px; }
          .numbers { gap: 10px; }
          .numbers .card { padding: 12px 14px; }
          .numbers dd { font-size: 24px; }
          .policy, .policy tbody, .policy tr, .policy td { display: block; width: auto !important; border: 0; padding: 0; }
          .policy tr { padding: 8px 0; border-top: 1px solid var(--line); }
          .policy td:last-child { text-align: left; }
          .list { padding: 0; }
          .tools { padding: 12px 16px; position: static; }
          .rows thead { display: none; }
          .rows, .rows tbody, .rows tr, .rows td { display: block; }
          .rows tr { padding: 10px 16px; border-bottom: 1px solid var(--line); }
          .rows tr[hidden] { display: none; }
          .rows td { border: 0; padding: 0 !important; }
          .rows td.right, .rows td.digest, .rows td.decision { display: inline-block; text-align: left; margin-right: 10px; }
          .rows td.right:empty { display: none; }
        }
        @media print {
          :root {
            --page: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #ccc; --wash: #eee; --hatch: #fff; --shadow: none;
          }
          main { max-width: none; padding: 0; }
          .tools { display: none; }
          .card, .bars li, .rows tr { break-inside: avoid; }
          .list { break-inside: auto; }
          .rows th { position: static; }
          * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
        }
        """#
}
