// Copy buttons. They are hidden until this runs: without script the texts can be selected.
(() => {
  const status = document.getElementById('copy-status');
  const textOf = (source) => ('value' in source ? source.value : source.textContent);
  async function copy(source) {
    if (navigator.clipboard) return navigator.clipboard.writeText(textOf(source));
    // On plain http there is no clipboard; the selection can still be copied.
    if ('select' in source) source.select();
    else getSelection().selectAllChildren(source);
    if (!document.execCommand('copy')) throw new Error('not copied');
  }
  for (const button of document.querySelectorAll('button[data-copy]')) {
    const source = document.getElementById(button.dataset.copy);
    const label = button.textContent;
    let timer;
    button.hidden = false;
    button.addEventListener('click', async () => {
      let said = button.dataset.copied;
      try {
        await copy(source);
      } catch {
        said = button.dataset.failed;
      }
      button.textContent = said;
      // Emptied first, so that the same words are read out a second time.
      status.textContent = '';
      setTimeout(() => { status.textContent = said; }, 50);
      clearTimeout(timer);
      timer = setTimeout(() => { button.textContent = label; }, 2500);
    });
  }
})();
