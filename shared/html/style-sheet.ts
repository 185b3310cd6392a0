/**
 * The one style sheet, of reports and console: light and dark, from 360 px upward, and on paper. A page builds on these classes:
 * `cards`, `tiles` and `list` of boxes; `stack` for a table whose rows are cards on a phone (each cell with `data-label`); `timeline`
 * for an `ol`; `mark` for a state in words, with its severity or `green`, `red`, `info`; `alert`, `done` and `lead` for what is said first;
 * `quiet` and `danger` for buttons that are not the first choice, or take something away; `columns` for two beside each other.
 */
export const STYLE = `
:root{color-scheme:light dark;--page:#f3f5f8;--panel:#fff;--line:#d3d9e2;--text:#171c22;--soft:#4b5561;--link:#0a55ab;--brand:#12263f;
--critical:#a1122b;--high:#9c3d08;--medium:#6d5000;--low:#2b5a8c;--good:#17663a;--accent:#0a55ab;--on:#fff}
@media (prefers-color-scheme:dark){:root{--page:#11151a;--panel:#1b2027;--line:#3c4653;--text:#e9edf2;--soft:#b3bcc7;--brand:#0b1a2c;
--link:#8cbcff;--critical:#ff97a6;--high:#ffb184;--medium:#ecc95e;--low:#9cc7f5;--good:#86d6a0;--accent:#8cbcff;--on:#11151a}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
main,footer,.bar>*{max-width:84rem;margin:0 auto;padding:0 1rem}
main{padding-bottom:2rem}footer{padding-bottom:2rem;color:var(--soft)}
.bar{background:var(--brand);color:#fff;padding:.6rem 0}.bar a,.bar .soft,.bar button{color:#dbe6f5}
.bar .product{font-weight:700;color:#fff;text-decoration:none}.bar p{margin:0;max-width:none}
.bar .who{display:flex;flex-wrap:wrap;gap:.1rem .75rem;align-items:center;font-size:.9rem}
h1{font-size:1.6rem;line-height:1.25;margin:1rem 0 .5rem}h2{font-size:1.25rem;margin:2rem 0 .5rem}h3,h4{font-size:1.05rem;margin:1.25rem 0 .25rem}
p{margin:.5rem 0;max-width:80ch}a{color:var(--link)}code{font-size:.9em}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}.bar :focus-visible{outline-color:#fff}
.skip{position:absolute;left:-99rem}.skip:focus{position:static}
.soft{color:var(--soft)}.lead{font-size:1.15rem}
.cards,.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr));gap:.75rem;margin:.75rem 0;padding:0;list-style:none}
.tiles{grid-template-columns:repeat(auto-fill,minmax(7.5rem,1fr))}
.cards>*,.tiles li,.list>li{background:var(--panel);border:1px solid var(--line);border-radius:.5rem;padding:.6rem .8rem}
.cards h2,.cards h3{margin-top:0}.cards ul{padding-left:0;list-style:none;margin:.25rem 0}
.tiles strong{display:block;font-size:1.5rem;line-height:1.2}
.mark{display:inline-block;border:1px solid currentColor;border-radius:1rem;padding:0 .6rem;font-size:.85rem;font-weight:600;white-space:nowrap;
background:color-mix(in srgb,currentColor 9%,transparent)}
.critical{color:var(--critical)}.high{color:var(--high)}.medium{color:var(--medium)}.low,.info{color:var(--low)}
.green,.fixed{color:var(--good)}.red{color:var(--critical)}.waived{color:var(--soft)}
.list{list-style:none;margin:.5rem 0;padding:0}.list>li{margin:.5rem 0}
.list p{margin:.25rem 0}.list>li[data-severity]{border-left:.3rem solid var(--low)}
.list>li[data-severity=critical]{border-left-color:var(--critical)}.list>li[data-severity=high]{border-left-color:var(--high)}
.list>li[data-severity=medium]{border-left-color:var(--medium)}
dl{display:grid;grid-template-columns:minmax(6rem,max-content) 1fr;gap:.15rem .8rem;margin:.4rem 0}dt{color:var(--soft)}dd{margin:0}
.alert,.done{border:1px solid var(--line);border-left:.35rem solid var(--critical);border-radius:.5rem;padding:.5rem .8rem;margin:1rem 0;background:var(--panel);max-width:none}
.alert h2,.done h2{margin-top:.25rem}.done{border-left-color:var(--good)}
.list h2,.list h3,.list h4{margin-top:.25rem}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,28rem),1fr));gap:0 2rem;align-items:start}.columns>*{min-width:0}
.scroll{overflow-x:auto}.scroll table{min-width:36rem}table{border-collapse:collapse;width:100%;overflow-wrap:break-word}
.scroll,table.stack{background:var(--panel);border:1px solid var(--line);border-radius:.5rem}
th{white-space:nowrap}tbody th{white-space:normal}td:first-of-type time{white-space:nowrap}
caption{text-align:left;color:var(--soft);padding:.25rem .75rem}
th,td{text-align:left;vertical-align:top;border-bottom:1px solid var(--line);padding:.4rem .75rem}
tbody tr:last-child>*{border-bottom:0}thead{color:var(--soft);font-size:.9rem}
.timeline{list-style:none;margin:.75rem 0;padding:0 0 0 1rem;border-left:2px solid var(--line)}
.timeline>li{position:relative;margin:0 0 .75rem}
.timeline>li::before{content:"";position:absolute;left:-1.4rem;top:.45rem;width:.7rem;height:.7rem;border-radius:50%;background:var(--accent);border:2px solid var(--page)}
.timeline p{margin:.1rem 0}
svg{display:block;width:100%;height:auto;max-width:45rem}
svg text{fill:var(--soft);font:11px system-ui,sans-serif}svg line{stroke:var(--line)}svg .line{fill:none;stroke:var(--accent);stroke-width:2}
svg .critical{fill:var(--critical)}svg .high{fill:var(--high)}svg .medium{fill:var(--medium)}svg .low{fill:var(--low)}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1rem;margin:.25rem 0}
form{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:end;margin:.75rem 0}form.whole{display:block}
.choices{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:end;margin:.75rem 0}
form.inline{display:inline-flex;margin:0}form.inline button{background:none;color:var(--link);border:0;padding:0 .2rem;min-height:0;text-decoration:underline;font-weight:400}
.bar form.inline button{color:#dbe6f5}
label{display:flex;flex-direction:column;gap:.15rem;max-width:100%;font-weight:600}
label.pick{flex-direction:row;gap:.6rem;align-items:start;font-weight:400}
input,select,button,.button,textarea{font:inherit;color:inherit;background:var(--panel);border:1px solid var(--soft);border-radius:.35rem;padding:.35rem .6rem;min-height:2.4rem;max-width:100%}
input[type=checkbox],input[type=radio]{min-height:0;width:1.25rem;height:1.25rem;flex:none;margin:.15rem 0 0;accent-color:var(--accent)}
button,.button{display:inline-block;background:var(--accent);color:var(--on);border-color:var(--accent);font-weight:600;cursor:pointer;text-decoration:none}
button.quiet,.button.quiet{background:var(--panel);color:var(--link);border-color:var(--line)}
button.danger,.button.danger{background:var(--critical);color:var(--on);border-color:var(--critical)}
fieldset{border:1px solid var(--line);border-radius:.5rem;margin:.75rem 0;padding:.25rem .8rem .6rem;background:var(--panel);min-width:0}legend{font-weight:600;padding:0 .3rem}
summary{cursor:pointer}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1rem;list-style:none;margin:.4rem 0;padding:0}
nav a{display:inline-block;padding:.2rem 0}nav [aria-current]{font-weight:700;text-decoration-thickness:3px}
.pages{display:flex;flex-wrap:wrap;gap:0 1.5rem}.pages ul{gap:.1rem .35rem;margin:.3rem 0}
.pages a{padding:.15rem .5rem;border-radius:.35rem;text-decoration:none}.pages a:hover{text-decoration:underline}
.pages [aria-current]{background:#fff;color:#12263f}
[hidden]{display:none!important}.cover{display:none}
@media (max-width:40rem){h1{font-size:1.4rem}.bar{font-size:.95rem}
table.stack{border:0;background:none}.stack caption{padding:.25rem 0}.stack thead{position:absolute;left:-99rem}.stack,.stack tbody,.stack tr,.stack td,.stack th{display:block}
.stack tr{background:var(--panel);border:1px solid var(--line);border-radius:.5rem;margin:.5rem 0;padding:.4rem .8rem}
.stack td,.stack th{border:0;padding:.1rem 0}.stack td[data-label]:not(:empty)::before{content:attr(data-label) ": ";color:var(--soft)}}
@media print{:root{--page:#fff;--panel:#fff;--text:#000;--soft:#333;--link:#000}form,nav,.skip{display:none!important}
.cover{display:block;break-after:page;padding-top:30vh}.cover dl{row-gap:.6rem}details::details-content{content-visibility:visible;height:auto}
.bar{background:none;color:#000}.bar .product{color:#000}.list>li,tr{break-inside:avoid}h2,h3{break-after:avoid}}
`;
