import { documentPage } from "@/documents/page";

const page = documentPage("safety");
export const generateMetadata = page.generateMetadata;
export default page.DocumentPage;
