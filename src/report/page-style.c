/* SPDX-License-Identifier: Apache-2.0 */
#include "report/page-private.h"
#include "report/theme.h"

static const char light[] = "--ground:#fff;--raised:#f6f8fa;--text:#1f2328;--quiet:#57606a;--line:#d8dee4;"
                            "--accent:#1f5fb8;--warn:#8a4600;--warn-ground:#fff4e0";
static const char dark[] = "--ground:#14181d;--raised:#1c2229;--text:#e6eaf0;--quiet:#a3adb8;--line:#343b44;"
                           "--accent:#7db8ff;--warn:#ffc680;--warn-ground:#33260f";

static const char rules[] =
    "*{box-sizing:border-box}"
    "html{-webkit-text-size-adjust:100%}"
    "body{margin:0;background:var(--ground);color:var(--text);font:16px/1.5 system-ui,-apple-system,'Segoe "
    "UI',Roboto,"
    "'Helvetica Neue',Arial,sans-serif}"
    "main{max-width:76rem;margin:0 auto;padding:1.5rem 1rem 3rem}"
    "h1{font-size:1.6rem;line-height:1.25;margin:0 0 .25rem}"
    "h2{font-size:1.2rem;margin:2.5rem 0 .75rem;padding-bottom:.3rem;border-bottom:1px solid var(--line)}"
    "h3{font-size:1rem;margin:1.25rem 0 .5rem}"
    "p{margin:.5rem 0}"
    ".quiet{color:var(--quiet)}"
    ".warning{background:var(--warn-ground);color:var(--warn);border-left:4px solid;padding:.6rem "
    ".9rem;margin:1rem 0}"
    ".tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.75rem;margin:1.25rem "
    "0;"
    "padding:0;list-style:none}"
    ".tiles li{background:var(--raised);border:1px solid var(--line);border-radius:.5rem;padding:.7rem .9rem}"
    ".tiles "
    "b{display:block;font-size:1.35rem;line-height:1.3;font-weight:600;font-variant-numeric:tabular-nums;"
    "white-space:nowrap}"
    ".tiles span{color:var(--quiet);font-size:.85rem}"
    ".scroll{overflow-x:auto;margin:.75rem 0}"
    ".scroll:focus-visible{outline:2px solid var(--accent)}"
    "table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums;min-width:100%}"
    "caption{text-align:left;color:var(--quiet);padding:.2rem 0 .4rem}"
    "th,td{text-align:left;padding:.35rem .9rem .35rem 0;border-bottom:1px solid "
    "var(--line);vertical-align:top}"
    "th{font-weight:600;white-space:nowrap}"
    "thead th{color:var(--quiet);font-weight:500}"
    ".n{text-align:right;white-space:nowrap}"
    "td.n:last-child,th.n:last-child{padding-right:.2rem}"
    "td.long{overflow-wrap:anywhere;min-width:14rem}"
    "dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.3rem 1.2rem;margin:.75rem 0}"
    "dt{color:var(--quiet)}dd{margin:0;overflow-wrap:anywhere}"
    "pre,code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.85rem}"
    "pre{background:var(--raised);border:1px solid "
    "var(--line);border-radius:.4rem;padding:.75rem;overflow-x:auto;"
    "margin:.5rem 0;line-height:1.45}"
    "code{overflow-wrap:anywhere}"
    ".figures{columns:2 29rem;column-gap:1.25rem}"
    "figure{margin:0 0 1.25rem;break-inside:avoid;background:var(--raised);border:1px solid var(--line);"
    "border-radius:.5rem;padding:.9rem .9rem .7rem}"
    "figure h3{margin:0 0 .4rem}"
    "figcaption{font-size:.875rem;color:var(--quiet);margin-top:.4rem}"
    "svg.figure{display:block;width:100%;height:auto;max-width:38rem;margin:0 auto}"
    "details{margin:.5rem 0}summary{cursor:pointer;color:var(--accent);font-size:.875rem}"
    "footer{margin-top:3rem;border-top:1px solid "
    "var(--line);padding-top:.75rem;color:var(--quiet);font-size:.85rem}"
    "@media (max-width:34rem){main{padding:1rem .6rem 2rem}h1{font-size:1.3rem}figure{padding:.6rem .4rem}"
    "figure h3,figcaption,figure details{padding:0 "
    ".3rem}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}"
    ".tiles{grid-template-columns:repeat(2,1fr);gap:.5rem}.tiles b{font-size:1.15rem}}"
    "@media print{body{font-size:10pt}main{max-width:none;padding:0}figure,.tiles "
    "li,pre{border-color:#bbb;background:none}"
    ".figures{columns:auto}figure{margin:0 0 8mm}details{display:none}svg.figure{max-width:13cm}"
    "h2,h3{break-after:avoid}tr{break-inside:avoid}.scroll{overflow:visible}pre{white-space:pre-wrap}}";

char *page_style(void)
{
  g_autofree char *figures = theme_figure_style();
  return g_strdup_printf(":root{color-scheme:light dark;%s}"
                         "@media screen and (prefers-color-scheme:dark){:root{%s}}%s%s",
                         light, dark, rules, figures);
}
