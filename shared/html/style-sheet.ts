/** The one style sheet, of reports and console: light and dark, from 360 px upward, and on paper. */
export const STYLE = `
:root{color-scheme:light dark;--page:#fff;--panel:#f5f6f8;--line:#c9ced6;--text:#1b1f24;--soft:#4d5661;--link:#0b57b0;
--critical:#a1122b;--high:#a6400a;--medium:#755600;--low:#2b5a8c;--good:#1c6b37;--accent:#0b57b0;--on:#fff}
@media (prefers-color-scheme:dark){:root{--page:#14171b;--panel:#1e2329;--line:#48515c;--text:#e9edf2;--soft:#b3bcc7;
--link:#8cbcff;--critical:#ff97a6;--high:#ffb184;--medium:#ecc95e;--low:#9cc7f5;--good:#86d6a0;--accent:#8cbcff;--on:#14171b}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
header,main,footer{max-width:70rem;margin:0 auto;padding:0 1rem}
header{padding-top:1rem}footer{padding-bottom:2rem;color:var(--soft)}
h1{font-size:1.6rem;line-height:1.25;margin:.5rem 0}h2{font-size:1.25rem;margin:2rem 0 .5rem}h3,h4{font-size:1.05rem;margin:1.25rem 0 .25rem}
p{margin:.5rem 0}a{color:var(--link)}code{font-size:.9em}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.skip{position:absolute;left:-99rem}.skip:focus{position:static}
.soft{color:var(--soft)}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(7.5rem,1fr));gap:.75rem;margin:.75rem 0;padding:0;list-style:none}
.tiles li{background:var(--panel);border:1px solid var(--line);border-radius:.5rem;padding:.6rem .8rem}
.tiles strong{display:block;font-size:1.5rem;line-height:1.2}
.mark{display:inline-block;border:1px solid currentColor;border-radius:1rem;padding:0 .6rem;font-size:.85rem;font-weight:600;white-space:nowrap}
.critical{color:var(--critical)}.high{color:var(--high)}.medium{color:var(--medium)}.low{color:var(--low)}
.green,.fixed{color:var(--good)}.red{color:var(--critical)}.waived{color:var(--soft)}
.list{list-style:none;margin:.5rem 0;padding:0}
.list>li{border:1px solid var(--line);border-radius:.5rem;padding:.6rem .8rem;margin:.5rem 0;background:var(--panel)}
.list p{margin:.25rem 0}
dl{display:grid;grid-template-columns:minmax(6rem,max-content) 1fr;gap:.15rem .8rem;margin:.4rem 0}dt{color:var(--soft)}dd{margin:0}
.alert{border:2px solid var(--critical);border-radius:.5rem;padding:.5rem .8rem;margin:1rem 0}
.alert h2,.done h2{margin-top:.25rem}
.done{border:2px solid var(--good);border-radius:.5rem;padding:.5rem .8rem;margin:1rem 0}
.list h2,.list h3,.list h4{margin-top:.25rem}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;min-width:36rem;overflow-wrap:break-word}
th{white-space:nowrap}tbody th{white-space:normal}td:first-of-type time{white-space:nowrap}
caption{text-align:left;color:var(--soft);padding:.25rem 0}
th,td{text-align:left;vertical-align:top;border-bottom:1px solid var(--line);padding:.35rem .75rem .35rem 0}
svg{display:block;width:100%;height:auto;max-width:45rem}
svg text{fill:var(--soft);font:11px system-ui,sans-serif}svg line{stroke:var(--line)}
svg .critical{fill:var(--critical)}svg .high{fill:var(--high)}svg .medium{fill:var(--medium)}svg .low{fill:var(--low)}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1rem;margin:.25rem 0}
form{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:end;margin:.75rem 0}
form.inline{display:inline-flex;margin:0}form.inline button{background:none;color:var(--link);border:0;padding:0 .2rem;min-height:0;text-decoration:underline;font-weight:400}
label{display:flex;flex-direction:column;gap:.15rem;max-width:100%;font-weight:600}
input,select,button{font:inherit;color:inherit;background:var(--page);border:1px solid var(--soft);border-radius:.35rem;padding:.35rem .6rem;min-height:2.4rem;max-width:100%}
button{background:var(--accent);color:var(--on);border-color:var(--accent);font-weight:600;cursor:pointer}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1rem;list-style:none;margin:.5rem 0;padding:0}
nav a{display:inline-block;padding:.2rem 0}nav [aria-current]{font-weight:700;text-decoration-thickness:3px}
[hidden]{display:none!important}
@media print{:root{--page:#fff;--panel:#fff;--text:#000;--soft:#333;--link:#000}form,nav,.skip{display:none!important}
.list>li{break-inside:avoid}h2,h3{break-after:avoid}}
`;
