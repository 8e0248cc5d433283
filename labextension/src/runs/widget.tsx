import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { lazy, Suspense, type ReactElement } from 'react';
import type { Host } from './view/host.js';

const Panel = lazy(() => import('./view/panel.js'));

/** The panel in JupyterLab. Nothing of it is fetched before it is first seen. */
export class RunsWidget extends ReactWidget {
  private seen = false;

  constructor(private readonly host: Host) {
    super();
    this.addClass('ph-Widget');
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.see();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    if (this.isVisible) {
      this.see();
    }
  }

  private see(): void {
    if (!this.seen) {
      this.seen = true;
      this.update();
    }
  }

  protected render(): ReactElement {
    if (!this.seen) {
      return <></>;
    }
    return (
      <Suspense fallback={<p className="ph-Loading">The panel is coming.</p>}>
        <Panel host={this.host} />
      </Suspense>
    );
  }
}
