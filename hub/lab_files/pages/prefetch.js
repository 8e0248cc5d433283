/* Fetches JupyterLab's files while somebody reads this page; not for those who asked to save data.
   Deferred: it runs when the page has been read and its own scripts are there. */
(() => {
  const here = new URL('.', document.currentScript.src);
  if (navigator.connection && navigator.connection.saveData) return;
  for (const name of NEEDED) {
    const link = document.createElement('link');
    link.rel = 'prefetch';
    link.as = 'script';
    link.href = new URL(name, here).href;
    document.head.append(link);
  }
})();
