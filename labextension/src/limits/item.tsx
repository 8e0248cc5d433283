import type { ReactElement } from 'react';
import { VDomModel, VDomRenderer } from '@jupyterlab/ui-components';
import { type Figures } from './api.js';
import { words } from './words.js';

/** The latest figures. */
export class LimitsModel extends VDomModel {
  private _figures: Figures | null = null;

  get figures(): Figures | null {
    return this._figures;
  }

  set figures(figures: Figures | null) {
    this._figures = figures;
    this.stateChanged.emit();
  }
}

/** Memory, CPU and home in the status bar. */
export class LimitsItem extends VDomRenderer<LimitsModel> {
  constructor(model: LimitsModel) {
    super(model);
    this.addClass('ph-Limits');
  }

  protected override render(): ReactElement | null {
    const figures = this.model.figures;
    return (
      figures && (
        <>
          {words(figures).map(word => (
            <span key={word.name} title={word.detail} className={word.warn ? 'ph-mod-warn' : ''}>
              {word.name} {word.text}
            </span>
          ))}
        </>
      )
    );
  }
}
