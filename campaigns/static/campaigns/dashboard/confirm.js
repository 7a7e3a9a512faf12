// A form with data-confirm="sentence" asks it before it is sent; a field with data-select is marked to be copied.
(() => {
  document.addEventListener("focusin", (event) => {
    if (event.target.dataset?.select !== undefined) event.target.select();
  });
  document.addEventListener("submit", (event) => {
    const sentence = event.target.dataset.confirm;
    if (sentence && !window.confirm(sentence)) event.preventDefault();
  });
})();
