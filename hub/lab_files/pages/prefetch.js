/* Fetches JupyterLab's files while somebody reads this page; not for those who asked to save data. */
(() => {
  const here = new URL('.', document.currentScript.src);
  if (navigator.connection && navigator.connection.saveData) return;
  const fetchAhead = () => {
    for (const name of NEEDED) {
      const link = document.createElement('link');
      link.rel = 'prefetch';
      link.as = 'script';
      link.href = new URL(name, here).href;
      document.head.append(link);
    }
  };
  if (document.readyState === 'complete') fetchAhead();
  else window.addEventListener('load', fetchAhead);
})();
