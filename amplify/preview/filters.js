(() => {
  const form = document.getElementById("filters");
  const told = document.getElementById("shown");
  const cards = [...document.querySelectorAll(".card")];
  const days = [...document.querySelectorAll(".day")];
  if (!form) return;
  const show = () => {
    const asked = new FormData(form);
    let count = 0;
    for (const card of cards) {
      const fits = ["platform", "account", "day"].every((key) => !asked.get(key) || card.dataset[key] === asked.get(key));
      card.hidden = !fits || (asked.has("look") && card.dataset.look !== "yes");
      count += card.hidden ? 0 : 1;
    }
    for (const day of days) day.hidden = !day.querySelector(".card:not([hidden])");
    told.textContent = count === cards.length ? `all ${count} shown` : `${count} of ${cards.length} shown`;
  };
  form.hidden = false;
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(show));
  addEventListener("beforeprint", () => {
    for (const folded of document.querySelectorAll(".card details")) folded.open = true;
  });
  show();
})();
