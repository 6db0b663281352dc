"""What is wrong with a page for people who see, hear or point in other ways: axe-core, and what axe leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from playwright.sync_api import Page

NOT_ASKED: Final = {"wcag2aaa", "wcag21aaa", "wcag22aaa", "deprecated"}
"""Every other rule of axe-core is asked: also those that are off unless somebody asks, as the size of targets is."""

WORDS: Final = """() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
    while (walker.nextNode()) {
        const one = walker.currentNode.parentElement;
        if (walker.currentNode.data.trim() && !one.closest('script, style')) found.push([one, walker.currentNode.data]);
    }
    return found;
}"""

FAINT: Final = """() => {
    const paint = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const parts = (colour) => { paint.clearRect(0, 0, 1, 1); paint.fillStyle = colour; paint.fillRect(0, 0, 1, 1);
        return [...paint.getImageData(0, 0, 1, 1).data]; };
    const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
        .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
    const ground = (one) => { for (let at = one; at; at = at.parentElement) {
        const colour = parts(getComputedStyle(at).backgroundColor); if (colour[3] > 200) return colour; }
        return [255, 255, 255, 255]; };
    const found = new Set();
    for (const [one] of (WORDS)()) {
        if (!one.getClientRects().length || one.closest('option, select, .skip')) continue;
        const style = getComputedStyle(one);
        const ink = parts(one instanceof SVGElement ? style.fill : style.color);
        const [a, b] = [light(ink), light(ground(one))].sort((x, y) => y - x), ratio = (a + .05) / (b + .05);
        if (ratio < 4.5) found.add(`faint: ${one.getAttribute('class') || one.tagName}, ${ratio}`);
    }
    return [...found];
}""".replace("WORDS", WORDS)
"""Words with less than 4.5 to 1 (WCAG 2.2, 1.4.3), also in drawings and over pictures, where axe gives no answer."""

FOREIGN: Final = """() => {
    const found = new Set();
    const look = (one, words) => {
        const lang = one.closest('[lang]').lang.split('-')[0];
        const letters = (words.replace(/[@#]\\S+|\\S+[.:/]\\S+/g, '').match(/\\p{L}/gu) || []).length;
        const cyrillic = (words.match(/\\p{Script=Cyrillic}/gu) || []).length;
        if (lang === 'en' && cyrillic > 1) found.add(`in English: ${words.trim().slice(0, 80)}`);
        if (['be', 'ru'].includes(lang) && letters > 24 && !cyrillic)
            found.add(`in ${lang}: ${words.trim().slice(0, 80)}`);
    };
    for (const [one, words] of (WORDS)()) if (!one.closest('[aria-hidden=true]')) look(one, words);
    for (const name of ['alt', 'aria-label', 'title'])
        for (const one of document.querySelectorAll(`body [${name}]`)) look(one, one.getAttribute(name));
    return [...found];
}""".replace("WORDS", WORDS)
"""Words whose letters cannot be those of the language that the page says they are in (WCAG 2.2, 3.1.2)."""

MOVING: Final = """() => {
    const seconds = (times) => Math.max(...times.split(',').map(parseFloat));
    const found = new Set();
    for (const one of document.querySelectorAll('*')) {
        const style = getComputedStyle(one);
        const animated = style.animationName !== 'none' && seconds(style.animationDuration) > .01;
        if (animated || seconds(style.transitionDuration) > .01 || style.scrollBehavior === 'smooth')
            found.add(`moves: ${one.getAttribute('class') || one.tagName}`);
    }
    return [...found];
}"""
"""What moves for readers who asked for less of it."""

UNSEEN_FOCUS: Final = """() => {
    const found = new Set(), asked = new Set();
    const outlined = (one) => one && getComputedStyle(one).outlineStyle !== 'none'
        && parseFloat(getComputedStyle(one).outlineWidth) >= 2;
    for (const one of document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')) {
        const kind = `${one.tagName}.${one.className}`;
        if (asked.has(kind) || !one.checkVisibility()) continue;
        asked.add(kind);
        one.focus();
        if (document.activeElement === one && ![one, one.nextElementSibling, one.parentElement].some(outlined))
            found.add(`focus unseen: ${kind}`);
        one.blur();
    }
    return [...found];
}"""
"""What has the keyboard and does not show it. Asked after a key was pressed: browsers outline nothing after a click."""

ALIKE_WHEN_FORCED: Final = """() => {
    const probe = document.body.appendChild(document.createElement('i'));
    probe.style.background = 'Canvas';
    const canvas = getComputedStyle(probe).backgroundColor;
    probe.remove();
    const look = (one) => { const s = getComputedStyle(one);
        return [s.backgroundColor.replace(/rgba\\(.*, 0\\)/, canvas), s.color, s.borderBottomColor,
        s.borderBottomStyle, s.borderBottomWidth, s.fontWeight, s.textDecorationLine, s.outlineStyle].join(' '); };
    const found = [];
    for (const one of document.querySelectorAll('nav [aria-current]')) {
        const other = [...one.closest('nav').querySelectorAll('a')].find(a => !a.hasAttribute('aria-current'));
        if (other && one.tagName === other.tagName && look(one) === look(other))
            found.push(`alike in forced colours: ${one.textContent}`);
    }
    for (const legend of document.querySelectorAll('.legend')) {
        const colours = [...legend.querySelectorAll('i')].map(i => getComputedStyle(i).backgroundColor);
        if (new Set(colours).size < colours.length) found.push('alike in forced colours: a legend');
    }
    return found;
}"""
"""Where the system's own colours are forced upon a page, what only a background told apart looks alike."""


def violations(page: Page) -> list[str]:
    """What axe-core says against WCAG 2.2 AA and good practice."""
    from axe_playwright_python.sync_playwright import Axe

    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    rules = page.evaluate("axe.getRules().map(rule => [rule.ruleId, rule.tags])")
    asked = {id: {"enabled": not NOT_ASKED & set(tags)} for id, tags in rules}
    found = page.evaluate("asked => axe.run({resultTypes: ['violations'], rules: asked})", asked)["violations"]
    nodes = [(one["id"], node) for one in found for node in one["nodes"]]
    return [f"{id}: {node['html'][:160]} {node['failureSummary'][:200]}" for id, node in nodes]


def faults(page: Page) -> list[str]:
    """Everything that is wrong with a page as it stands, with all of it unfolded."""
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    page.keyboard.press("Tab")
    page.evaluate("document.activeElement.blur()")
    found = [*violations(page), *page.evaluate(FAINT), *page.evaluate(FOREIGN), *page.evaluate(UNSEEN_FOCUS)]
    page.emulate_media(reduced_motion="reduce")
    found += page.evaluate(MOVING)
    page.emulate_media(reduced_motion="no-preference", forced_colors="active")
    found += page.evaluate(ALIKE_WHEN_FORCED)
    page.emulate_media(forced_colors="none")
    return found
