import '../../../style/catalog.css';
import { useEffect, type ReactElement, type ReactNode } from 'react';
import { HostProvider, useCatalog, useHost, type Host } from './host.js';
import { WideIcon } from './icons.js';
import { Results } from './results.js';
import { Collections, Fields, saidWhat } from './what.js';
import { saidWhen, When } from './when.js';
import { AreaTools, HemisphereSwitch, MapView, TypedBox } from './where.js';

function Disclosure(props: { title: string; said: string; children: ReactNode }): ReactElement {
  return (
    <details className="ph-Disclosure">
      <summary>
        <span className="ph-Disclosure-title">{props.title}</span>
        <span className="ph-Disclosure-said">{props.said}</span>
      </summary>
      {props.children}
    </details>
  );
}

function Question(): ReactElement {
  const [{ question, collections, phase }, model] = useCatalog();
  const narrowed = question.conditions.length;
  return (
    <div className="ph-Question">
      <Disclosure title="Coordinates" said={question.area?.kind === 'box' ? 'typed' : 'type a box'}>
        <TypedBox />
      </Disclosure>
      <Disclosure title="When" said={saidWhen(question.from, question.to)}>
        <When />
      </Disclosure>
      <Disclosure title="What" said={saidWhat(question.collections, collections)}>
        <Collections />
      </Disclosure>
      <Disclosure title="Properties" said={narrowed ? `${narrowed} set` : 'any'}>
        <Fields />
      </Disclosure>
      <button
        type="button"
        className="ph-Button ph-mod-primary ph-mod-search"
        onClick={() => void model.search()}
      >
        {phase === 'searching' ? 'Search anew' : 'Search'}
      </button>
    </div>
  );
}

function Panel(): ReactElement {
  const { model, widen } = useHost();
  useEffect(() => {
    void model.load();
  }, [model]);
  if (!model.api) {
    return (
      <div className="ph-Empty">
        <p>
          This JupyterLab was not started by a hub, so there is no catalog service beside it. Start
          your server from the hub's page to search.
        </p>
      </div>
    );
  }
  return (
    <>
      <div className="ph-Head">
        <HemisphereSwitch />
        {widen && (
          <button
            type="button"
            className="ph-Button ph-mod-quiet"
            title="Open in the main area"
            aria-label="Open in the main area"
            onClick={widen}
          >
            <WideIcon />
          </button>
        )}
      </div>
      <MapView />
      <div className="ph-Form">
        <AreaTools />
        <Question />
      </div>
      <Results />
    </>
  );
}

/** The whole panel; it lays itself out by the width it has. */
export default function Catalog({ host }: { host: Host }): ReactElement {
  return (
    <HostProvider value={host}>
      <div className="ph-Catalog">
        <div className="ph-Catalog-body">
          <Panel />
        </div>
      </div>
    </HostProvider>
  );
}
