// A form with data-confirm="sentence" asks it before it is sent.
(() => {
  document.addEventListener("submit", (event) => {
    const sentence = event.target.dataset.confirm;
    if (sentence && !window.confirm(sentence)) event.preventDefault();
  });
})();
