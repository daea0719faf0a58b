// Written by `npm run types` from the OpenAPI document. Do not edit.
export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        OrderEvent: {
            /** Format: date-time */
            at: string;
            /** @enum {string} */
            status?: "queued" | "fetching" | "recognizing" | "completed" | "failed" | "cancelled";
            attempt?: number;
            worker?: string;
            /**
             * @description `lost`: the worker stopped responding; `handed_back`: the worker was stopped, and another one continues
             * @enum {string}
             */
            outcome?: "completed" | "failed" | "lost" | "handed_back" | "cancelled";
            reason?: components["schemas"]["Reason"];
            progress?: components["schemas"]["Progress"];
        };
        Reason: {
            code: string;
            message: string;
        };
        Progress: {
            /** @example 3 */
            page: number;
            /** @example 12 */
            pages: number;
        };
        PlacedOrder: {
            /** Format: uuid */
            order_id: string;
            /** @example 1 */
            user_id: number;
            /**
             * @description Null for an uploaded document that was ordered without one
             * @example OW12345678
             */
            title_number: string | null;
            /**
             * @description Null for an uploaded document that was ordered without one
             * @enum {string|null}
             */
            document_type: "register" | "title_plan" | "lease" | "transfer" | "conveyance" | "charge" | "deed" | "agreement" | null;
            /** @description The name of the uploaded file; only for an uploaded document */
            file_name?: string;
            /** @enum {string} */
            status: "queued" | "fetching" | "recognizing" | "completed" | "failed" | "cancelled";
        };
        Problem: {
            /** @enum {string} */
            type: "about:blank";
            title: string;
            status: number;
            /** @description An explanation for people */
            detail: string;
            /** @description A code for programs, which does not change */
            code: string;
            /** @description Identifies the request in the services' logs */
            request_id: string;
            /** @description The wrong fields of a 422 */
            errors?: {
                field: string;
                message: string;
            }[];
        };
        NewOrder: {
            /** @example OW12345678 */
            title_number: string;
            /** @enum {string} */
            document_type: "register" | "title_plan" | "lease" | "transfer" | "conveyance" | "charge" | "deed" | "agreement";
            /**
             * @description The token, for clients that cannot send an `Authorization` header
             * @example
             */
            token?: string;
        };
        NewOrderForm: {
            /** @example OW12345678 */
            title_number?: string;
            /** @enum {string} */
            document_type?: "register" | "title_plan" | "lease" | "transfer" | "conveyance" | "charge" | "deed" | "agreement";
            /**
             * @description The token, for clients that cannot send an `Authorization` header
             * @example
             */
            token?: string;
            /**
             * Format: binary
             * @description Your own scan: a PDF, TIFF, PNG, JPEG, WebP or BMP file of at most `documentMegabytes`. Without it the document comes from the document source, and title number and type are required. If there is no `Authorization` header, the field `token` must come before it
             */
            document?: string;
        };
        OrderList: {
            orders: components["schemas"]["OrderSummary"][];
            /** @description The `cursor` of the next page; null on the last one */
            next: string | null;
            /** @description How many orders of each status pass the filters other than `status`; null while the orders are being indexed */
            counts: {
                queued: number;
                fetching: number;
                recognizing: number;
                completed: number;
                failed: number;
                cancelled: number;
            } | null;
            /** @description How many orders pass all filters; null while the orders are being indexed */
            total: number | null;
        };
        OrderSummary: {
            /** Format: uuid */
            order_id: string;
            /** @example 1 */
            user_id: number;
            /**
             * @description Null for an uploaded document that was ordered without one
             * @example OW12345678
             */
            title_number: string | null;
            /**
             * @description Null for an uploaded document that was ordered without one
             * @enum {string|null}
             */
            document_type: "register" | "title_plan" | "lease" | "transfer" | "conveyance" | "charge" | "deed" | "agreement" | null;
            /**
             * @description The name of the uploaded file; null for a document from the document source
             * @example lease.pdf
             */
            file_name: string | null;
            /** @enum {string} */
            status: "queued" | "fetching" | "recognizing" | "completed" | "failed" | "cancelled";
            /** Format: date-time */
            created_at: string;
            /**
             * Format: date-time
             * @description When a worker first took the order; null until then
             */
            started_at: string | null;
            /**
             * Format: date-time
             * @description When the order was completed, failed or cancelled; null until then
             */
            finished_at: string | null;
            /** @description Pages read and pages of the document; null unless the status is `recognizing` */
            progress: {
                /** @example 3 */
                page: number;
                /** @example 12 */
                pages: number;
            } | null;
            /**
             * @description Pages of the document, also after the end; null until they are known
             * @example 12
             */
            pages: number | null;
            /** @description The number of pages that could not be read so far */
            pages_failed_count: number;
            /** @description Place in the queue, from 1, until the first page is read; null from then on */
            position: number | null;
            /** @description Estimated seconds until completion, based on recent orders; null if `position` is null or there is no estimate */
            expected_seconds: number | null;
            /**
             * @description What an order with a `position` waits for. `worker`: the next free worker; `earlier_orders`: orders that come first; `next_attempt`: a pause after a fault, until `next_attempt_at`; `room`: free space on the disks; `workers`: no worker is running
             * @enum {string|null}
             */
            waits_for: "workers" | "room" | "next_attempt" | "earlier_orders" | "worker" | null;
            /**
             * Format: date-time
             * @description When the pause before the next attempt ends; null without a pause
             */
            next_attempt_at: string | null;
            /** @description Why the order failed; null if it did not */
            reason: {
                code: string;
                message: string;
            } | null;
            /** @description `result` exists once the order is completed */
            links: {
                events: string;
                result?: string;
            };
        };
        StreamedChange: {
            /** @description The value for `Last-Event-ID` */
            id: string;
            /** @enum {string} */
            event: "order" | "removed" | "reset";
            /** @description As JSON: an `OrderSummary` for `order`, the `order_id` for `removed`, {} for `reset` */
            data: string;
        };
        Order: {
            /** Format: uuid */
            order_id: string;
            /** @example 1 */
            user_id: number;
            /**
             * @description Null for an uploaded document that was ordered without one
             * @example OW12345678
             */
            title_number: string | null;
            /**
             * @description Null for an uploaded document that was ordered without one
             * @enum {string|null}
             */
            document_type: "register" | "title_plan" | "lease" | "transfer" | "conveyance" | "charge" | "deed" | "agreement" | null;
            /**
             * @description The name of the uploaded file; null for a document from the document source
             * @example lease.pdf
             */
            file_name: string | null;
            /** @enum {string} */
            status: "queued" | "fetching" | "recognizing" | "completed" | "failed" | "cancelled";
            /** Format: date-time */
            created_at: string;
            /**
             * Format: date-time
             * @description When a worker first took the order; null until then
             */
            started_at: string | null;
            /**
             * Format: date-time
             * @description When the order was completed, failed or cancelled; null until then
             */
            finished_at: string | null;
            /** @description Pages read and pages of the document; null unless the status is `recognizing` */
            progress: {
                /** @example 3 */
                page: number;
                /** @example 12 */
                pages: number;
            } | null;
            /**
             * @description Pages of the document, also after the end; null until they are known
             * @example 12
             */
            pages: number | null;
            /** @description The number of pages that could not be read so far */
            pages_failed_count: number;
            /** @description Place in the queue, from 1, until the first page is read; null from then on */
            position: number | null;
            /** @description Estimated seconds until completion, based on recent orders; null if `position` is null or there is no estimate */
            expected_seconds: number | null;
            /**
             * @description What an order with a `position` waits for. `worker`: the next free worker; `earlier_orders`: orders that come first; `next_attempt`: a pause after a fault, until `next_attempt_at`; `room`: free space on the disks; `workers`: no worker is running
             * @enum {string|null}
             */
            waits_for: "workers" | "room" | "next_attempt" | "earlier_orders" | "worker" | null;
            /**
             * Format: date-time
             * @description When the pause before the next attempt ends; null without a pause
             */
            next_attempt_at: string | null;
            /** @description Why the order failed; null if it did not */
            reason: {
                code: string;
                message: string;
            } | null;
            /** @description `result` exists once the order is completed */
            links: {
                events: string;
                result?: string;
            };
            /** @description Each change of the status, oldest first */
            history: {
                /** @enum {string} */
                status: "queued" | "fetching" | "recognizing" | "completed" | "failed" | "cancelled";
                /** Format: date-time */
                at: string;
            }[];
            /** @description One entry for each time a worker took the order, oldest first */
            attempts: {
                attempt: number;
                worker: string;
                /** Format: date-time */
                started_at: string;
                /**
                 * Format: date-time
                 * @description Null while the attempt runs
                 */
                ended_at: string | null;
                /**
                 * @description `lost`: the worker stopped responding; `handed_back`: the worker was stopped, and another one continues
                 * @enum {string|null}
                 */
                outcome: "completed" | "failed" | "lost" | "handed_back" | "cancelled" | null;
                /** @description Why the attempt did not finish; null if it finished or still runs */
                reason: {
                    code: string;
                    message: string;
                } | null;
            }[];
            /** @description The first 100 pages that could not be read; [] for a document of one page. The JSON result has all */
            pages_failed: components["schemas"]["PageFailure"][];
            /** @description The first 100 empty pages; [] for a document of one page. The JSON has all */
            pages_empty: number[];
            /** @description The number of empty pages so far */
            pages_empty_count: number;
        };
        PageFailure: {
            code: string;
            message: string;
            page: number;
        };
        OrderPages: {
            pages: components["schemas"]["PageEnd"][];
        };
        PageEnd: {
            page: number;
            /** @enum {string} */
            outcome: "read" | "empty" | "failed";
            /** @description Null unless the page failed */
            reason: {
                code: string;
                message: string;
            } | null;
            /** @description Null for pages that earlier versions read */
            reading: {
                worker: string;
                /** Format: date-time */
                started_at: string;
                /** Format: date-time */
                ended_at: string;
                attempts: number;
            } | null;
        };
        Result: {
            /** Format: uuid */
            order_id: string;
            /** @example OW12345678 */
            title_number: string | null;
            /** @enum {string|null} */
            document_type: "register" | "title_plan" | "lease" | "transfer" | "conveyance" | "charge" | "deed" | "agreement" | null;
            pages: (components["schemas"]["ReadPage"] | components["schemas"]["FailedPage"])[];
        };
        /** @description Boxes are left, top, right and bottom in pixels of the page's image. `source` says where a word comes from: it was recognised (`ocr`), it is part of the document's own text (`text_layer`), or it was filled into a form field (`form_value`), or a person corrected or added it (`corrected`); the page's tells where its words came from when it was read. Only recognised words have a `confidence`, from 0 (a guess) to 100 (certain). The page's is their mean, or null if there are none. Their `reader` is tesseract, or the model PP-OCRv6 (`ppocr`), the second reader. A word that is not horizontal has a `direction`: how far its text is turned clockwise, in degrees. */
        ReadPage: {
            page: number;
            width: number;
            height: number;
            dpi: number;
            /** @enum {string} */
            source: "ocr" | "text_layer" | "mixed";
            preparation: ({
                /** @enum {string} */
                step: "rotate";
                degrees: 90 | 180 | 270;
            } | {
                /** @enum {string} */
                step: "deskew";
                degrees: number;
            } | {
                /** @enum {string} */
                step: "scale";
                factor: number;
            } | {
                /** @enum {string} */
                step: "flatten";
            } | {
                /** @enum {string} */
                step: "invert";
            } | {
                /** @enum {string} */
                step: "remove_lines";
            })[];
            /** @enum {string} */
            segmentation: "auto" | "single_column" | "single_block" | "sparse_text" | "text_layer";
            confidence: number | null;
            warnings?: ("jpeg_end_missing" | "jpeg_header_unusual" | "image_bytes_extra" | "hidden_text_kept")[];
            blocks: {
                box: [
                    number,
                    number,
                    number,
                    number
                ];
                lines: {
                    box: [
                        number,
                        number,
                        number,
                        number
                    ];
                    words: {
                        text: string;
                        box: [
                            number,
                            number,
                            number,
                            number
                        ];
                        /** @enum {string} */
                        source: "ocr" | "text_layer" | "form_value" | "corrected";
                        confidence?: number;
                        /** @enum {string} */
                        reader?: "tesseract" | "ppocr";
                        direction?: 90 | 180 | 270;
                    }[];
                }[];
            }[];
            /** @description Missing for pages that earlier versions read */
            reading?: {
                worker: string;
                /** Format: date-time */
                started_at: string;
                /** Format: date-time */
                ended_at: string;
                attempts: number;
            };
            form: components["schemas"]["Form"];
            fields: components["schemas"]["Field"][];
            tables: components["schemas"]["Table"][];
            /** @description The page has no text */
            empty: boolean;
            /** @description How many corrections the page has; 0 for the page as it was read */
            revision: number;
        };
        /** @description The kind of form that the page is, if it is a known one */
        Form: {
            id: string;
            title: string;
        } | null;
        /** @description A label of a form with its value, with several values that stand side by side or are repeated, or with the state of its check box. Boxes are left, top, right and bottom in pixels of the page's image. */
        Field: {
            /** @description Empty if the field was not filled in */
            value: string;
            /**
             * Format: date
             * @description The value, if it is a date
             */
            date?: string;
            /** @description Null if there is nothing */
            box: [
                number,
                number,
                number,
                number
            ] | null;
            /** @description From 0 (a guess) to 100 (certain). Null if nothing was recognised */
            confidence: number | null;
            /** @description As it is printed, without the colon */
            label: string;
            /** @description Null if the label was not found */
            label_box: [
                number,
                number,
                number,
                number
            ] | null;
        } | {
            /** @description As it is printed, without the colon */
            label: string;
            /** @description Null if the label was not found */
            label_box: [
                number,
                number,
                number,
                number
            ] | null;
            values: components["schemas"]["FieldValue"][];
        } | {
            /** @description As it is printed, without the colon */
            label: string;
            /** @description Null if the label was not found */
            label_box: [
                number,
                number,
                number,
                number
            ] | null;
            /** @description Null if the box was not found */
            checked: boolean | null;
            /** @enum {string|null} */
            state: "empty" | "crossed" | "ticked" | "marked" | null;
            /** @description Null if there is nothing */
            box: [
                number,
                number,
                number,
                number
            ] | null;
            /** @description From 0 (a guess) to 100 (certain). Null if nothing was recognised */
            confidence: number | null;
        };
        FieldValue: {
            /** @description Empty if the field was not filled in */
            value: string;
            /**
             * Format: date
             * @description The value, if it is a date
             */
            date?: string;
            /** @description Null if there is nothing */
            box: [
                number,
                number,
                number,
                number
            ] | null;
            /** @description From 0 (a guess) to 100 (certain). Null if nothing was recognised */
            confidence: number | null;
        };
        /** @description The cells are in reading order */
        Table: {
            box: [
                number,
                number,
                number,
                number
            ];
            /** @description Ruling lines make the cells; otherwise aligned columns do */
            ruled: boolean;
            rows: number;
            columns: number;
            cells: components["schemas"]["TableCell"][];
        };
        /** @description Rows and columns count from 0. Lines of its text are separated by a line feed */
        TableCell: {
            row: number;
            column: number;
            row_span: number;
            column_span: number;
            text: string;
            box: [
                number,
                number,
                number,
                number
            ];
            confidence: number | null;
        };
        /** @description A page that could not be read, and the reason */
        FailedPage: {
            page: number;
            error: {
                code: string;
                message: string;
            };
            /** @description Missing for pages that earlier versions read */
            reading?: {
                worker: string;
                /** Format: date-time */
                started_at: string;
                /** Format: date-time */
                ended_at: string;
                attempts: number;
            };
        };
        ResultFields: {
            /** Format: uuid */
            order_id: string;
            /** @example OW12345678 */
            title_number: string | null;
            /** @enum {string|null} */
            document_type: "register" | "title_plan" | "lease" | "transfer" | "conveyance" | "charge" | "deed" | "agreement" | null;
            pages: ({
                form: components["schemas"]["Form"];
                fields: components["schemas"]["Field"][];
                page: number;
            } | {
                page: number;
                error: {
                    code: string;
                    message: string;
                };
            })[];
        };
        ResultTables: {
            /** Format: uuid */
            order_id: string;
            /** @example OW12345678 */
            title_number: string | null;
            /** @enum {string|null} */
            document_type: "register" | "title_plan" | "lease" | "transfer" | "conveyance" | "charge" | "deed" | "agreement" | null;
            pages: ({
                page: number;
                tables: components["schemas"]["Table"][];
            } | {
                page: number;
                error: {
                    code: string;
                    message: string;
                };
            })[];
        };
        SinglePage: {
            page: number;
            width: number;
            height: number;
            dpi: number;
            /** @enum {string} */
            source: "ocr" | "text_layer" | "mixed";
            preparation: ({
                /** @enum {string} */
                step: "rotate";
                degrees: 90 | 180 | 270;
            } | {
                /** @enum {string} */
                step: "deskew";
                degrees: number;
            } | {
                /** @enum {string} */
                step: "scale";
                factor: number;
            } | {
                /** @enum {string} */
                step: "flatten";
            } | {
                /** @enum {string} */
                step: "invert";
            } | {
                /** @enum {string} */
                step: "remove_lines";
            })[];
            /** @enum {string} */
            segmentation: "auto" | "single_column" | "single_block" | "sparse_text" | "text_layer";
            confidence: number | null;
            warnings?: ("jpeg_end_missing" | "jpeg_header_unusual" | "image_bytes_extra" | "hidden_text_kept")[];
            blocks: {
                box: [
                    number,
                    number,
                    number,
                    number
                ];
                lines: {
                    box: [
                        number,
                        number,
                        number,
                        number
                    ];
                    words: {
                        text: string;
                        box: [
                            number,
                            number,
                            number,
                            number
                        ];
                        /** @enum {string} */
                        source: "ocr" | "text_layer" | "form_value" | "corrected";
                        confidence?: number;
                        /** @enum {string} */
                        reader?: "tesseract" | "ppocr";
                        direction?: 90 | 180 | 270;
                    }[];
                }[];
            }[];
            /** @description Missing for pages that earlier versions read */
            reading?: {
                worker: string;
                /** Format: date-time */
                started_at: string;
                /** Format: date-time */
                ended_at: string;
                attempts: number;
            };
            form: components["schemas"]["Form"];
            fields: components["schemas"]["Field"][];
            tables: components["schemas"]["Table"][];
            /** @description The page has no text */
            empty: boolean;
            /** @description How many corrections the page has; 0 for the page as it was read */
            revision: number;
            /** @description The number of the document's pages */
            pages: number;
            image: components["schemas"]["PagePictures"];
        };
        /** @description The pictures of a page, in pixels */
        PagePictures: {
            width: number;
            height: number;
            /** @description The tiles of the page's image; null for pages of at most 12 megapixels */
            tiles: {
                size: number;
                levels: number;
            } | null;
            /** @description `original.jpg`, the page as it came; both pictures have the same centre. Null for a page that was neither turned nor straightened, and for pages that earlier versions read */
            original: {
                width: number;
                height: number;
                /** @description How many pixels of the page's image one pixel of the original takes */
                scale: number;
            } | null;
        };
        NewCorrection: {
            /**
             * @description All name the words as they are in the revision of `If-Match`, by their places in its reading order, from 0. Each word may be changed by one operation. `join` takes words that follow each other in a line. `split` divides the box of the word among the texts. `add` puts a word after the word `after`, or, without it, into the line or place where its box belongs
             * @example [
             *       {
             *         "op": "replace",
             *         "word": 12,
             *         "text": "OSWIN"
             *       },
             *       {
             *         "op": "join",
             *         "words": [
             *           3,
             *           4
             *         ]
             *       },
             *       {
             *         "op": "split",
             *         "word": 5,
             *         "texts": [
             *           "term",
             *           "of"
             *         ]
             *       },
             *       {
             *         "op": "add",
             *         "box": [
             *           310,
             *           420,
             *           398,
             *           452
             *         ],
             *         "text": "years"
             *       },
             *       {
             *         "op": "remove",
             *         "word": 7
             *       }
             *     ]
             */
            operations: components["schemas"]["WordOperation"][];
        };
        WordOperation: {
            /** @enum {string} */
            op: "replace";
            word: number;
            text: string;
        } | {
            /** @enum {string} */
            op: "join";
            words: number[];
        } | {
            /** @enum {string} */
            op: "split";
            word: number;
            texts: string[];
        } | {
            /** @enum {string} */
            op: "add";
            text: string;
            after?: number;
            box: [
                number,
                number,
                number,
                number
            ];
        } | {
            /** @enum {string} */
            op: "remove";
            word: number;
        };
        Corrections: {
            page: number;
            revision: number;
            corrections: components["schemas"]["Correction"][];
        };
        Correction: {
            revision: number;
            /** Format: date-time */
            corrected_at: string;
            /**
             * @description Who corrected the page
             * @example 1
             */
            user_id: number;
            changes: components["schemas"]["WordChange"][];
        };
        /** @description What an operation did: the words `before`, at the place `at` in the reading order of the revision before, became those `after`. An added word was put `where`: `after` or `before` the word `at`, or as a new `block` before the block `at` */
        WordChange: {
            /** @enum {string} */
            op: "replace" | "join" | "split" | "add" | "remove";
            at: number;
            /** @enum {string} */
            where?: "after" | "before" | "block";
            before: {
                text: string;
                box: [
                    number,
                    number,
                    number,
                    number
                ];
                /** @enum {string} */
                source: "ocr" | "text_layer" | "form_value" | "corrected";
                confidence?: number;
                /** @enum {string} */
                reader?: "tesseract" | "ppocr";
                direction?: 90 | 180 | 270;
            }[];
            after: {
                text: string;
                box: [
                    number,
                    number,
                    number,
                    number
                ];
                /** @enum {string} */
                source: "ocr" | "text_layer" | "form_value" | "corrected";
                confidence?: number;
                /** @enum {string} */
                reader?: "tesseract" | "ppocr";
                direction?: 90 | 180 | 270;
            }[];
        };
        StreamedEvent: {
            /** @description The value for `Last-Event-ID`. An event of the kind `progress` has none */
            id?: string;
            /** @enum {string} */
            event: "status" | "progress";
            /** @description An `OrderEvent`, as JSON */
            data: string;
        };
        BulkResult: {
            /**
             * @description The number of orders that were changed
             * @example 12
             */
            count: number;
            /**
             * @description The number of orders that could not be changed: they changed meanwhile, or had too many runs
             * @example 0
             */
            skipped: number;
            /** @description If not null, there are more orders: repeat the request with this `cursor` */
            next: string | null;
        };
        OrderSelection: {
            /**
             * @description Words that are all a part of the order's title number, type, file name or failure reason, or that all occur on a page of its result, as `GET /search` finds them. Case makes no difference
             * @example OW123 lease
             */
            q?: string;
            /** @description May be given several times */
            status?: ("queued" | "fetching" | "recognizing" | "completed" | "failed" | "cancelled")[];
            /** @example OW12345678 */
            title_number?: string;
            /** @enum {string} */
            document_type?: "register" | "title_plan" | "lease" | "transfer" | "conveyance" | "charge" | "deed" | "agreement";
            /**
             * @description Without a filter, confirms that all orders are meant
             * @enum {boolean}
             */
            all?: true;
            /** @description Matching orders that stay as they are. May be given several times */
            except?: string[];
            /** @description The `next` of the previous answer */
            cursor?: string;
            /**
             * @description The token
             * @example
             */
            token?: string;
        };
        SearchResults: {
            results: components["schemas"]["SearchResult"][];
            /** @description The `cursor` of the next page; null on the last one */
            next: string | null;
        };
        SearchResult: {
            /** Format: uuid */
            order_id: string;
            /**
             * @description Null for an uploaded document that was ordered without one
             * @example OW12345678
             */
            title_number: string | null;
            /**
             * @description Null for an uploaded document that was ordered without one
             * @enum {string|null}
             */
            document_type: "register" | "title_plan" | "lease" | "transfer" | "conveyance" | "charge" | "deed" | "agreement" | null;
            /**
             * @description The name of the uploaded file; null for a document from the document source
             * @example lease.pdf
             */
            file_name: string | null;
            /**
             * @description The page's number in the document, from 1
             * @example 2
             */
            page: number;
            /**
             * @description The text around the hits, as HTML: each hit in `<mark>`, everything else escaped
             * @example for the <mark>term of years</mark> at a yearly <mark>rent</mark> of £250 …
             */
            snippet: string;
            links: {
                order: string;
                result: string;
                page_image: string;
            };
        };
        OfferedDocuments: {
            /** @description At most 200: those in documents/, then those in samples/, each sorted */
            documents: components["schemas"]["OfferedDocument"][];
            /**
             * @description `elsewhere`: the setting `documentsUrl` names another source, which cannot be listed
             * @enum {string}
             */
            source: "folder" | "elsewhere";
        };
        OfferedDocument: {
            /** @example OW12345678 */
            title_number: string;
            /** @enum {string} */
            document_type: "register" | "title_plan" | "lease" | "transfer" | "conveyance" | "charge" | "deed" | "agreement";
        };
        Stack: {
            /** Format: date-time */
            at: string;
            workers: components["schemas"]["StackWorker"][];
            queue: components["schemas"]["StackQueue"];
            /** @description The last 15 minutes, oldest first, with the current one */
            minutes: components["schemas"]["StackMinute"][];
            /** @description Failed attempts in the last 15 minutes, most frequent reason first */
            failures: {
                /** @example document_not_found */
                code: string;
                count: number;
            }[];
            /** @description Time to read a page in the last 15 minutes: mean, and 95th percentile within 9 %; null for no pages */
            page_ms: {
                mean: number;
                p95: number;
            } | null;
            storage: {
                redis: {
                    used_bytes: number;
                    /** @description Null if Redis has no limit */
                    max_bytes: number | null;
                    /** @description Free space on Redis' disk; null if unknown */
                    disk_free_bytes: number | null;
                };
                results: {
                    free_bytes: number;
                    total_bytes: number;
                };
            };
            /** @description A part whose state is unknown is left out */
            parts: components["schemas"]["StackPart"][];
        };
        StackWorker: {
            /** @example ocr-worker-1 */
            name: string;
            /**
             * @description `gone`: not seen for 20 s. It leaves the list after 10 minutes, or when it is stopped
             * @enum {string}
             */
            state: "reading" | "idle" | "gone";
            /**
             * Format: uuid
             * @description The order that it works on
             */
            order_id: string | null;
            /** @description The page that it reads; null while it has the order as a whole, as for a single page */
            page: number | null;
            /**
             * Format: date-time
             * @description When it took the order or page
             */
            since: string | null;
            /** @description Pages that it read in the last 60 s; null for a worker that is gone or of an earlier version */
            pages_per_minute: number | null;
            /** @description Resident memory of its processes; null if unknown */
            memory_bytes: number | null;
            /** Format: date-time */
            last_seen_at: string;
        };
        StackQueue: {
            /** @description Orders, documents with pages left, and single pages that wait for a worker */
            waiting: number;
            /** @description Orders and pages that workers have */
            running: number;
            /** @description Orders and pages that are tried again after a pause */
            delayed: number;
            /** @description How long the oldest order waits that no worker has begun; null if there is none */
            oldest_seconds: number | null;
        };
        StackMinute: {
            /**
             * Format: date-time
             * @description The beginning of the minute
             */
            at: string;
            /** @description Pages read, empty ones included */
            pages: number;
            /** @description Failed attempts at orders and pages, also those that are tried again */
            failures: number;
            /** @description Orders completed or failed */
            orders: number;
            /** @description Mean time to read a page; null for no pages */
            page_ms: number | null;
        };
        StackPart: {
            /**
             * @description `documents` is the document source, as the workers last found it
             * @enum {string}
             */
            name: "order-api" | "auth-api" | "router" | "redis" | "documents" | "workers";
            healthy: boolean;
            /**
             * @description What an unhealthy part waits for, for people; null if that is unknown
             * @example room on the disk of the results
             */
            waits_for: string | null;
        };
        Token: {
            /** @description The token, a JWT */
            access_token: string;
            /** @enum {string} */
            token_type: "Bearer";
            /**
             * @description Seconds until the token expires
             * @example 30
             */
            expires_in: number;
            /** @description The same token, under its name in earlier versions; without a `grant_type` */
            token?: string;
            /** @description Renews the token once; only with a `grant_type` */
            refresh_token?: string;
        };
        GrantError: {
            /** @enum {string} */
            error: "invalid_request" | "invalid_grant" | "unsupported_grant_type" | "invalid_scope";
            /** @description An explanation for people */
            error_description: string;
        };
        TokenRequest: {
            /** @example alice */
            username: string;
            /**
             * Format: password
             * @example password
             */
            password: string;
        };
        PasswordGrant: {
            /** @example alice */
            username: string;
            /**
             * Format: password
             * @example password
             */
            password: string;
            /** @enum {string} */
            grant_type: "password";
        };
        RefreshGrant: {
            /** @enum {string} */
            grant_type: "refresh_token";
            refresh_token: string;
        };
        SessionToken: {
            /** @description The token, a JWT */
            access_token: string;
            /** @enum {string} */
            token_type: "Bearer";
            /**
             * @description Seconds until the token expires
             * @example 30
             */
            expires_in: number;
        };
        SessionOptions: {
            /**
             * @description The demo users, whose password is `password`; [] if the stack has none
             * @example [
             *       "alice",
             *       "bob",
             *       "charlie"
             *     ]
             */
            demo_users: string[];
        };
        TokenKeys: {
            keys: components["schemas"]["TokenKey"][];
        };
        TokenKey: {
            /** @enum {string} */
            kty: "OKP";
            /** @enum {string} */
            crv: "Ed25519";
            /** @description The public key, 32 bytes in base64url */
            x: string;
            /** @description The key's thumbprint (RFC 7638); tokens have it in their header */
            kid: string;
            /** @enum {string} */
            alg: "EdDSA";
            /** @enum {string} */
            use: "sig";
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type OrderEvent = components['schemas']['OrderEvent'];
export type Reason = components['schemas']['Reason'];
export type Progress = components['schemas']['Progress'];
export type PlacedOrder = components['schemas']['PlacedOrder'];
export type Problem = components['schemas']['Problem'];
export type NewOrder = components['schemas']['NewOrder'];
export type NewOrderForm = components['schemas']['NewOrderForm'];
export type OrderList = components['schemas']['OrderList'];
export type OrderSummary = components['schemas']['OrderSummary'];
export type StreamedChange = components['schemas']['StreamedChange'];
export type Order = components['schemas']['Order'];
export type PageFailure = components['schemas']['PageFailure'];
export type OrderPages = components['schemas']['OrderPages'];
export type PageEnd = components['schemas']['PageEnd'];
export type Result = components['schemas']['Result'];
export type ReadPage = components['schemas']['ReadPage'];
export type Form = components['schemas']['Form'];
export type Field = components['schemas']['Field'];
export type FieldValue = components['schemas']['FieldValue'];
export type Table = components['schemas']['Table'];
export type TableCell = components['schemas']['TableCell'];
export type FailedPage = components['schemas']['FailedPage'];
export type ResultFields = components['schemas']['ResultFields'];
export type ResultTables = components['schemas']['ResultTables'];
export type SinglePage = components['schemas']['SinglePage'];
export type PagePictures = components['schemas']['PagePictures'];
export type NewCorrection = components['schemas']['NewCorrection'];
export type WordOperation = components['schemas']['WordOperation'];
export type Corrections = components['schemas']['Corrections'];
export type Correction = components['schemas']['Correction'];
export type WordChange = components['schemas']['WordChange'];
export type StreamedEvent = components['schemas']['StreamedEvent'];
export type BulkResult = components['schemas']['BulkResult'];
export type OrderSelection = components['schemas']['OrderSelection'];
export type SearchResults = components['schemas']['SearchResults'];
export type SearchResult = components['schemas']['SearchResult'];
export type OfferedDocuments = components['schemas']['OfferedDocuments'];
export type OfferedDocument = components['schemas']['OfferedDocument'];
export type Stack = components['schemas']['Stack'];
export type StackWorker = components['schemas']['StackWorker'];
export type StackQueue = components['schemas']['StackQueue'];
export type StackMinute = components['schemas']['StackMinute'];
export type StackPart = components['schemas']['StackPart'];
export type Token = components['schemas']['Token'];
export type GrantError = components['schemas']['GrantError'];
export type TokenRequest = components['schemas']['TokenRequest'];
export type PasswordGrant = components['schemas']['PasswordGrant'];
export type RefreshGrant = components['schemas']['RefreshGrant'];
export type SessionToken = components['schemas']['SessionToken'];
export type SessionOptions = components['schemas']['SessionOptions'];
export type TokenKeys = components['schemas']['TokenKeys'];
export type TokenKey = components['schemas']['TokenKey'];
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
