addEventListener("load", () => {
  const blocks = [...document.querySelectorAll("[data-b]")], groups = [...document.querySelectorAll("[data-g]")];
  const rows = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const number = (list, element) => list.indexOf(element);
  const first = holder => groups.findIndex(other => holder.dataset.g ? other.dataset.g === holder.dataset.g : other === holder);
  const group = (block, holder) => (holder ? blocks.length + first(holder) : number(blocks, block));
  for (let node; (node = walker.nextNode()); ) {
    const parent = node.parentElement, block = parent.closest("[data-b]");
    if (["SCRIPT", "STYLE"].includes(parent.tagName)) continue;
    for (const match of node.nodeValue.matchAll(/\S+/g)) {
      if (!block) throw new Error("text without a block: " + match[0]);
      const range = document.createRange();
      range.setStart(node, match.index);
      range.setEnd(node, match.index + match[0].length);
      const lines = [];
      for (const rect of range.getClientRects()) {
        const last = lines.at(-1);
        if (rect.width < 1) continue;
        if (last && Math.abs(last.top - rect.top) < 2) last.right = Math.max(last.right, rect.right);
        else lines.push({ left: rect.left, top: rect.top, right: rect.right, bottom: rect.bottom });
      }
      const holder = block.closest("[data-g]"), flow = block.closest("[data-flow]"), side = block.closest("[data-side]");
      lines.forEach((line, part) => {
        const shown = [0.02, 0.5, 0.98].flatMap(x => [0.15, 0.85].map(y => {
          const top = document.elementFromPoint(line.left + x * (line.right - line.left), line.top + y * (line.bottom - line.top));
          return top && (top.classList.contains("dim") || top === parent || parent.contains(top) || top === block);
        }));
        rows.push([
          match[0].replaceAll("\u00ad", ""), number(blocks, block), group(block, holder),
          flow ? flow.dataset.flow : "", side ? side.dataset.side : "", part, shown.every(Boolean),
          shown.some(Boolean) ? [line.left, line.top, line.right, line.bottom].map(Math.round) : [0, 0, 0, 0],
        ]);
      });
    }
  }
  const out = document.createElement("script");
  out.type = "application/json";
  out.id = "truth";
  out.textContent = "[" + rows.map(row => JSON.stringify(row)).join(",\n") + "]";
  document.body.append(out);
});
