#pragma once
// The style sheet of to_html().

namespace lobule::report {

inline constexpr char kStyleSheet[] = R"css(
:root{--ink:#17222c;--soft:#5a6975;--line:#d8dfe5;--wash:#f5f7f9;--accent:#0b5563;
--right:#0072B2;--left:#D55E00;--good:#1b7f4b;--note:#44647f;--warning:#9a5b00;--error:#b3261e}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;padding:0 28px;color:var(--ink);background:#fff;
font:15px/1.5 "Inter","Segoe UI","Helvetica Neue",Arial,"Liberation Sans",sans-serif}
header,main,footer{max-width:1064px;margin:0 auto}
header{display:flex;gap:24px;justify-content:space-between;align-items:flex-end;flex-wrap:wrap;
padding-top:28px;padding-bottom:14px;border-bottom:2px solid var(--accent)}
h1{margin:0;font-size:26px;line-height:1.2;font-weight:650;letter-spacing:-.01em}
.subtitle{margin:4px 0 0;color:var(--soft)}
.use{font-size:12.5px;font-weight:600;color:var(--accent);border:1px solid var(--accent);border-radius:3px;
padding:3px 9px;white-space:nowrap}
section{margin:30px 0 0}
h2{margin:0 0 12px;padding-bottom:5px;border-bottom:1px solid var(--line);font-size:18px;font-weight:650}
h3{margin:18px 0 8px;font-size:15px;font-weight:650}
p{margin:0 0 10px;max-width:82ch}
ul,ol{margin:0 0 10px;padding-left:22px;max-width:86ch}
a{color:var(--accent)}
small,.muted{color:var(--soft);font-size:12.5px}
.table{overflow-x:auto;margin:0 0 14px}
table{border-collapse:collapse;width:100%;font-size:13.5px;line-height:1.4}
th{text-align:left;font-weight:600;color:var(--soft);font-size:12.5px;vertical-align:bottom;
border-bottom:1.5px solid var(--ink);padding:4px 14px 5px 0}
td{border-bottom:1px solid var(--line);padding:6px 14px 6px 0;vertical-align:top;overflow-wrap:anywhere}
th:last-child,td:last-child{padding-right:0}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;overflow-wrap:normal}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:10px;margin:0 0 14px}
.card{background:var(--wash);border-radius:4px;padding:9px 12px 10px;border-left:3px solid var(--line)}
.card.R{border-left-color:var(--right)}.card.L{border-left-color:var(--left)}
.card .label{font-size:12.5px;color:var(--soft);display:flex;justify-content:space-between;gap:8px}
.card .side{font-weight:650}.R .side{color:var(--right)}.L .side{color:var(--left)}
.card .value{font-size:23px;line-height:1.25;font-weight:600;font-variant-numeric:tabular-nums}
.card .unit{font-size:13px;font-weight:400;color:var(--soft);margin-left:4px}
.card .none{font-size:14px;font-weight:400;color:var(--soft)}
.card .detail{font-size:12px;color:var(--soft);line-height:1.35}
.picture{position:relative;display:inline-block;background:#000;line-height:0;max-width:100%;
vertical-align:top;border-radius:2px;overflow:hidden}
.picture img{max-width:100%;height:auto;display:block}
.picture.wide{display:block}.picture.wide img{width:100%}
.picture i{position:absolute;font:600 12px/1 Arial,"Liberation Sans",sans-serif;color:#ffe9a8;
text-shadow:0 0 3px #000,0 0 2px #000}
.picture .ml{left:6px;top:50%;margin-top:-6px}.picture .mr{right:6px;top:50%;margin-top:-6px}
.picture .mt{top:6px;left:50%;transform:translateX(-50%)}
.picture .mb{bottom:6px;left:50%;transform:translateX(-50%)}
figure{margin:0 0 16px}
figcaption{font-size:12.5px;line-height:1.45;color:var(--soft);margin-top:6px;max-width:96ch}
.beside{display:grid;gap:12px;margin:0 0 14px;align-items:start;
grid-template-columns:repeat(auto-fill,minmax(min(var(--least),100%),1fr))}
.beside figure,.strip figure{margin:0}
.strip{display:flex;gap:8px;margin:0 0 14px;align-items:flex-start}.strip>*{min-width:0}
.scale{display:flex;align-items:center;gap:8px;font-size:12.5px;color:var(--soft);margin:0 0 8px}
.shots{display:flex;gap:4px;width:max-content}.shots .picture{flex:none}
td .picture,td .picture img{max-width:none}.shots .picture i{font-size:9px;opacity:.8}
.lines>div{white-space:nowrap}
.scale b{width:160px;height:9px;border-radius:2px}
.tile{border:1px solid var(--line);border-radius:4px;overflow:hidden;background:#fff;font-size:13px}
.tile .shot{background:#000;text-align:center;line-height:0}
.tile .say{padding:8px 10px 10px}
.tile .title{font-weight:600;margin-bottom:3px;overflow-wrap:anywhere}
.tile p{margin:0 0 4px;overflow-wrap:anywhere}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;font-size:12.5px;color:var(--soft);margin:0 0 8px}
.legend b{display:inline-block;width:18px;height:0;border-top:3px solid;vertical-align:middle;
margin-right:6px}
.pill{display:inline-block;font-size:11.5px;font-weight:600;line-height:1.5;padding:0 7px;border-radius:3px;
white-space:nowrap;background:#e9eef2;color:var(--note)}
.pill.good{background:#e3f3ea;color:var(--good)}.pill.warning{background:#fdf0da;color:var(--warning)}
.pill.error{background:#fbe5e3;color:var(--error)}
.finding{display:grid;grid-template-columns:74px 1fr;gap:2px 10px;padding:8px 0;
border-bottom:1px solid var(--line);font-size:13.5px;line-height:1.45}
.finding .what{font-weight:600;overflow-wrap:anywhere}
.finding .rest{grid-column:2;color:var(--soft);overflow-wrap:anywhere}
.finding .do{grid-column:2;overflow-wrap:anywhere}
details{margin:0 0 12px}summary{cursor:pointer;color:var(--accent);font-weight:600;font-size:13.5px}
details[open] summary{margin-bottom:8px}
code{font:12px/1.4 "DejaVu Sans Mono",Consolas,monospace;overflow-wrap:anywhere}
.chart{width:100%;height:auto;display:block}
footer{margin-top:40px;padding-top:12px;padding-bottom:32px;border-top:1px solid var(--line);
font-size:12.5px;color:var(--soft);display:flex;justify-content:space-between;gap:20px}
@page{size:A4;margin:14mm 13mm}
@media print{
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
body{font-size:10pt;padding:0}
header,main,footer{max-width:none}
header{padding-top:0}
section{margin-top:18px}
h2,h3{break-after:avoid}
figure,.card,.tile,.finding,tr,.beside>*{break-inside:avoid}
thead{display:table-header-group}
.table{overflow:visible}
table{font-size:8.6pt}td,th{padding-right:8px}
details:not([open]){display:none}
.lines>div{white-space:normal}.shots img{width:72px}
.beside{grid-template-columns:repeat(auto-fill,minmax(min(calc(var(--least)*.68),100%),1fr))}
a{color:inherit;text-decoration:none}
}
)css";

}  // namespace lobule::report
