import { documentPage } from "@/documents/page";

const page = documentPage("help");
export const generateMetadata = page.generateMetadata;
export default page.DocumentPage;
